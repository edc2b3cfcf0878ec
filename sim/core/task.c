#include "core/task.h"

#include <stddef.h>

struct task *running = NULL;
