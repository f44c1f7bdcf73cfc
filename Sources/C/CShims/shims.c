#include "CShims.h"
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

static GRecMutex drawing;  // all zero is a mutex that nobody holds

void almanac_drawing_lock(void) { g_rec_mutex_lock(&drawing); }
void almanac_drawing_unlock(void) { g_rec_mutex_unlock(&drawing); }

static PangoFontMap *create_font_map(const char *fontconfig_document) {
  FcConfig *config = FcConfigCreate();
  if (!config) return NULL;
  if (!FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)fontconfig_document, FcFalse) ||
      !FcConfigBuildFonts(config)) {
    FcConfigDestroy(config);
    return NULL;
  }
  // The first is the process's own: Pango's threads would read the configuration of the system, with all of its fonts,
  // for nothing, and several of them at once.
  static gboolean is_current = FALSE;  // guarded by the drawing lock
  if (!is_current) is_current = FcConfigSetCurrent(config);
  PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
  if (map) pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);  // takes a reference of its own
  FcConfigDestroy(config);
  return map;
}

// One map for each document, kept as long as the process: Pango sorts a map's fonts in threads of its own, which know
// nothing of the drawing lock and outlive the call that began them, so that maps made side by side, or let go meanwhile,
// have several threads inside of fontconfig.
typedef struct KnownMap {
  char *document;
  PangoFontMap *map;
  struct KnownMap *next;
} KnownMap;

PangoFontMap *almanac_font_map_of(const char *fontconfig_document) {
  static KnownMap *known = NULL;  // guarded by the drawing lock
  for (KnownMap *each = known; each; each = each->next)
    if (strcmp(each->document, fontconfig_document) == 0) return g_object_ref(each->map);
  PangoFontMap *map = create_font_map(fontconfig_document);
  if (!map) return NULL;
  KnownMap *new_one = g_new(KnownMap, 1);
  *new_one = (KnownMap){g_strdup(fontconfig_document), map, known};
  known = new_one;
  return g_object_ref(map);
}

static int compare_lines(const void *left, const void *right) {
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}

char *almanac_font_map_list(PangoFontMap *font_map) {
  FcConfig *config = pango_fc_font_map_get_config(PANGO_FC_FONT_MAP(font_map));
  FcPattern *any = FcPatternCreate();
  FcObjectSet *wanted = FcObjectSetBuild(FC_FAMILY, FC_STYLE, FC_FONTVERSION, FC_FILE, (char *)0);
  FcFontSet *fonts = FcFontList(config, any, wanted);
  FcObjectSetDestroy(wanted);
  FcPatternDestroy(any);
  if (!fonts) return NULL;
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; i < fonts->nfont; i++) {
    FcChar8 *family = NULL, *style = NULL, *file = NULL;
    int version = 0;
    if (FcPatternGetString(fonts->fonts[i], FC_FAMILY, 0, &family) != FcResultMatch) continue;
    if (FcPatternGetString(fonts->fonts[i], FC_FILE, 0, &file) != FcResultMatch) continue;
    FcPatternGetString(fonts->fonts[i], FC_STYLE, 0, &style);
    FcPatternGetInteger(fonts->fonts[i], FC_FONTVERSION, 0, &version);
    g_ptr_array_add(lines, g_strdup_printf("%s\t%s\t%d\t%s\n", family, style ? (char *)style : "", version, file));
  }
  FcFontSetDestroy(fonts);
  qsort(lines->pdata, lines->len, sizeof *lines->pdata, compare_lines);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < lines->len; i++) g_string_append(text, lines->pdata[i]);
  g_ptr_array_free(lines, TRUE);
  return g_string_free(text, FALSE);
}
