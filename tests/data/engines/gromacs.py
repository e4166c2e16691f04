import numpy as np
n,L=6,2.35*1.0
rho=21.0 # atoms per nm^3
N=216; L=(N/rho)**(1/3); a=L/n
print("argon");print(N)
i=0
for x in range(n):
  for y in range(n):
    for z in range(n):
      i+=1
      print("%5d%-5s%5s%5d%8.3f%8.3f%8.3f"%(i,"AR","AR",i,(x+.5)*a,(y+.5)*a,(z+.5)*a))
print("%10.5f%10.5f%10.5f"%(L,L,L))
