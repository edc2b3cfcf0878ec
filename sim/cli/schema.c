/*
 * `wspsim schema`: the language for editors.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "script/schema.h"

enum exit_code verb_schema(const struct options *options)
{
    char *text = schema_text();
    (void)options;
    fputs(text, stdout);
    free(text);
    return EXIT_HELD;
}
