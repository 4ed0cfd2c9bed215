// The documents that the program answers with, inside the program. In C, since `#embed` (C23) copies a file where a Swift
// array literal of its bytes takes the compiler minutes.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "documents.h"

static const unsigned char openapi[] = {
#embed "../../schema/openapi.yaml"
};

static const unsigned char programme_schema[] = {
#embed "../../schema/programme.schema.json"
};

struct treue_document treue_openapi(void) {
    return (struct treue_document){openapi, sizeof openapi};
}

struct treue_document treue_programme_schema(void) {
    return (struct treue_document){programme_schema, sizeof programme_schema};
}
