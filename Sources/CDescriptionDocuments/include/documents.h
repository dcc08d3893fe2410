#ifndef GATEHOUSE_DESCRIPTION_DOCUMENTS_H
#define GATEHOUSE_DESCRIPTION_DOCUMENTS_H

#include <stddef.h>

/* The bytes live as long as the program. */
const unsigned char *gatehouse_openapi_json(size_t *count);
const unsigned char *gatehouse_style_css(size_t *count);

#endif
