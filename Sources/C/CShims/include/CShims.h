#pragma once
#include <pango/pangocairo.h>
#include <xlsxwriter.h>

#include "HyphenShims.h"
#include "SVGShims.h"
#include "XLSXShims.h"

/// One lock for all drawing of the process; the thread that holds it may take it again.
void almanac_drawing_lock(void);
void almanac_drawing_unlock(void);

/// A font map that sees only the fonts of a fontconfig document in memory, whatever the machine's own
/// configuration says. NULL where the document can't be read. The same map for the same document; the caller has a
/// reference of its own (g_object_unref) and holds the drawing lock.
PangoFontMap *almanac_font_map_of(const char *fontconfig_document);

/// Writes one line for each font file that the map can see (family, style, version, path; tabs between, line feeds
/// behind) into a new text that the caller frees with g_free. NULL where nothing is found.
char *almanac_font_map_list(PangoFontMap *font_map);
