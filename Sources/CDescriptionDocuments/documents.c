#include "documents.h"

/* C23's #embed takes a file as it is and at once; as a Swift array literal these bytes cost minutes of compilation. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi_json[] = {
#embed "../DescriptionDocuments/openapi.json"
};

static const unsigned char style_css[] = {
#embed "../DescriptionDocuments/style.css"
};

const unsigned char *gatehouse_openapi_json(size_t *count) {
    *count = sizeof openapi_json;
    return openapi_json;
}

const unsigned char *gatehouse_style_css(size_t *count) {
    *count = sizeof style_css;
    return style_css;
}
