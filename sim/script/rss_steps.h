/*
 * Receive-side scaling in the language: `rss` of an interface, the step rss.set, the assertion rss.
 */
#ifndef SCRIPT_RSS_STEPS_H
#define SCRIPT_RSS_STEPS_H
#include "net/net.h"
#include "script/load.h"

struct script;

/* Members of an interface's `rss`; rss.set has them too, but for `capable`. Ends at name NULL. */
extern const struct member rss_members[];

void rss_world(const struct scenario *scenario, struct net *net, struct iface *iface, const struct json *object, struct problems *problems);
/* What the step says, and what the assertion says, as far as it shows before the run. */
void rss_rules(struct loading *load, const struct step *step);
void rss_step_run(struct script *script, const struct step *step);
void rss_assert_run(struct script *script, const struct step *step);
#endif
