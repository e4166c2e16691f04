import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.md.langevin import Langevin
from ase.md.verlet import VelocityVerlet
from ase.md import MDLogger
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase import units
atoms = bulk("Cu", "fcc", a=3.75, cubic=True) * (2, 2, 2)
atoms.calc = EMT()
rng = np.random.RandomState(5)
MaxwellBoltzmannDistribution(atoms, temperature_K=3000, rng=rng)
Langevin(atoms, 4*units.fs, temperature_K=1800, friction=0.02/units.fs, rng=rng).run(600)
p = atoms.get_momenta(); atoms.set_momenta(p - p.mean(axis=0))
dyn = VelocityVerlet(atoms, 4*units.fs)
dyn.attach(MDLogger(dyn, atoms, "ase_md.log", header=True, stress=False, peratom=False, mode="w"), interval=5)
dyn.attach(MDLogger(dyn, atoms, "ase_md_peratom.log", header=True, stress=True, peratom=True, mode="w"), interval=5)
dyn.run(2500)
