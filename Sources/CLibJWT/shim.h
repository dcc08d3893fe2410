#ifndef GATEHOUSE_CLIBJWT_SHIM_H
#define GATEHOUSE_CLIBJWT_SHIM_H

#include <jwt.h>
#include <stdlib.h>

#endif
