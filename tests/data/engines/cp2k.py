N, rho = 216, 0.021; L=(N/rho)**(1/3); n=6; a=L/n
print(f"""&GLOBAL
  PROJECT argon
  RUN_TYPE MD
  PRINT_LEVEL LOW
&END GLOBAL
&MOTION
  &MD
    ENSEMBLE NVT
    STEPS 24000
    TIMESTEP 5.0
    TEMPERATURE 110
    &THERMOSTAT
      TYPE CSVR
      &CSVR
        TIMECON 200
      &END CSVR
    &END THERMOSTAT
  &END MD
  &PRINT
    &TRAJECTORY OFF
    &END TRAJECTORY
    &RESTART OFF
    &END RESTART
    &RESTART_HISTORY OFF
    &END RESTART_HISTORY
  &END PRINT
&END MOTION
&FORCE_EVAL
  METHOD FIST
  &MM
    &FORCEFIELD
      &CHARGE
        ATOM AR
        CHARGE 0.0
      &END CHARGE
      &NONBONDED
        &LENNARD-JONES
          ATOMS AR AR
          EPSILON 119.8
          SIGMA 3.405
          RCUT 9.5
        &END LENNARD-JONES
      &END NONBONDED
    &END FORCEFIELD
    &POISSON
      &EWALD
        EWALD_TYPE NONE
      &END EWALD
    &END POISSON
  &END MM
  &SUBSYS
    &CELL
      ABC {L:.5f} {L:.5f} {L:.5f}
    &END CELL
    &COORD""")
for i in range(n):
  for j in range(n):
    for k in range(n): print(f"      AR {(i+.5)*a:.4f} {(j+.5)*a:.4f} {(k+.5)*a:.4f}")
print("""    &END COORD
    &KIND AR
      ELEMENT Ar
    &END KIND
  &END SUBSYS
&END FORCE_EVAL""")
