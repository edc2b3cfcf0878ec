/* The world. */
#include "tui/session.h"
void world_draw(struct session *session, struct area area) { (void)session, (void)area; }
bool world_take(struct session *session, enum command command, struct area area) { (void)session, (void)command, (void)area; return false; }
