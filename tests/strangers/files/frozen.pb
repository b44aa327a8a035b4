
K
xPlaceholder*
dtype0*
_user_specified_namex*
shape:

addAddV2xx*
T0
"
IdentityIdentityadd*
T0"ª