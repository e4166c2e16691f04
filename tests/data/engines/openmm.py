import sys, numpy as np, openmm as mm
from openmm import unit, app
N, rho = 216, 21.0
L = (N/rho)**(1/3); n = 6; a = L/n
system = mm.System()
system.setDefaultPeriodicBoxVectors(mm.Vec3(L,0,0), mm.Vec3(0,L,0), mm.Vec3(0,0,L))
force = mm.NonbondedForce(); force.setNonbondedMethod(mm.NonbondedForce.CutoffPeriodic)
force.setCutoffDistance(0.95); force.setUseSwitchingFunction(True); force.setSwitchingDistance(0.85); force.setUseDispersionCorrection(False)
top = app.Topology(); chain = top.addChain()
for _ in range(N):
    system.addParticle(39.948); force.addParticle(0, 0.3405, 0.996)
    top.addAtom("Ar", app.Element.getBySymbol("Ar"), top.addResidue("AR", chain))
system.addForce(force)
top.setPeriodicBoxVectors(system.getDefaultPeriodicBoxVectors())
integ = mm.NoseHooverIntegrator(110*unit.kelvin, 5/unit.picosecond, 0.005*unit.picosecond)
sim = app.Simulation(top, system, integ, mm.Platform.getPlatformByName("CPU"), {"Threads": "2"})
pos = [mm.Vec3((i+.5)*a,(j+.5)*a,(k+.5)*a) for i in range(n) for j in range(n) for k in range(n)]
sim.context.setPositions(pos); sim.context.setVelocitiesToTemperature(200, 3)
sim.step(10000)
sim.reporters.append(app.StateDataReporter("openmm.csv", 40, step=True, time=True, potentialEnergy=True, kineticEnergy=True, totalEnergy=True, temperature=True, volume=True, speed=True))
sim.reporters.append(app.StateDataReporter("openmm_time.txt", 40, time=True, potentialEnergy=True, temperature=True, separator="\t"))
sim.step(40000)
