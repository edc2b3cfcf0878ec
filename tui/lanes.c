/* The lanes. */
#include "tui/session.h"
void lanes_draw(struct session *session, struct area area) { (void)session, (void)area; }
