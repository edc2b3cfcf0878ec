/* The difference. */
#include "tui/session.h"
void diff_draw(struct session *session, struct area area) { (void)session, (void)area; }
bool diff_take(struct session *session, enum command command, struct area area) { (void)session, (void)command, (void)area; return false; }
void diff_free(struct session *session) { (void)session; }
