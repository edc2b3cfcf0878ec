/* Files of an actor, and the steps that name them. */
#ifndef SCRIPT_FILES_H
#define SCRIPT_FILES_H
#include "script/scenario.h"

struct loading;
void load_files(struct loading *load, struct actor_setup *actor);
void files_rule(struct loading *load, const struct step *step); /* `file` and `elements` of a step */
#endif
