#ifndef GATEHOUSE_PAGE_ASSETS_H
#define GATEHOUSE_PAGE_ASSETS_H

#include <stddef.h>

/* The bytes live as long as the program. */
const unsigned char *gatehouse_pages_css(size_t *count);

#endif
