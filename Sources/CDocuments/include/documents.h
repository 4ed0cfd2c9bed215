#ifndef TREUE_DOCUMENTS_H
#define TREUE_DOCUMENTS_H

#include <stddef.h>

/// A file's bytes, inside the program for as long as it runs.
struct treue_document {
    const unsigned char *bytes;
    size_t count;
};

/// `schema/openapi.yaml`.
struct treue_document treue_openapi(void);

/// `schema/programme.schema.json`.
struct treue_document treue_programme_schema(void);

#endif
