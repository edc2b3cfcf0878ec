/*
 * A shared object that is no service provider: it knows kernel.h and has no WSPStartup.
 */
#include "kernel.h"

extern const uint32_t wspsim_kernel_abi;
const uint32_t wspsim_kernel_abi = KERNEL_ABI;
