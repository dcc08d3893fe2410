#include "assets.h"

/* C23's #embed takes the file as it is; docs/decisions/0021 has the reason. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char style_css[] = {
#embed "style.css"
};

const unsigned char *gatehouse_pages_css(size_t *count) {
    *count = sizeof style_css;
    return style_css;
}
