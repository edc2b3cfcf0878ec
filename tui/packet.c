/* A packet. */
#include "tui/session.h"
void packet_draw(struct session *session, struct area area) { (void)session, (void)area; }
