#include "HyphenShims.h"
#include <dlfcn.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// As hyphen.h declares them.
typedef void *(*load_dictionary)(const char *path);
typedef int (*hyphenate)(void *dictionary, const char *word, int size, char *hyphens, char *hyphenated, char ***replaced,
                         int **position, int **cut);

struct almanac_hyphens {
  void *dictionary;
  char charset[24];
};

static load_dictionary load_from;
static hyphenate find_in;

static gpointer load(gpointer unused) {
  (void)unused;
  void *library = dlopen("libhyphen.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return NULL;
  load_from = (load_dictionary)dlsym(library, "hnj_hyphen_load");
  find_in = (hyphenate)dlsym(library, "hnj_hyphen_hyphenate2");
  return load_from && find_in ? library : NULL;
}

almanac_hyphens *almanac_hyphens_open(const char *language) {
  static GOnce once = G_ONCE_INIT;
  if (!g_once(&once, load, NULL)) return NULL;
  // A dictionary is read once and kept: the library loses some of its memory each time.
  static GHashTable *known_languages;
  if (!known_languages) known_languages = g_hash_table_new(g_str_hash, g_str_equal);
  almanac_hyphens *kept = g_hash_table_lookup(known_languages, language);
  if (kept) return kept;
  char path[128];
  if (snprintf(path, sizeof path, "/usr/share/hyphen/hyph_%s.dic", language) >= (int)sizeof path) return NULL;
  // The first line names the alphabet in which words are given.
  almanac_hyphens *hyphens = g_new0(almanac_hyphens, 1);
  FILE *file = fopen(path, "r");
  int known = file && fscanf(file, "%23s", hyphens->charset) == 1;
  if (file) fclose(file);
  if (known) hyphens->dictionary = load_from(path);
  if (!hyphens->dictionary) {
    g_free(hyphens);
    return NULL;
  }
  g_hash_table_insert(known_languages, g_strdup(language), hyphens);
  return hyphens;
}

void almanac_hyphens_find(almanac_hyphens *hyphens, const char *word, char *marks, int count) {
  memset(marks, 0, count);
  gsize size = 0;
  char *text = g_convert(word, -1, hyphens->charset, "UTF-8", NULL, &size, NULL);
  if (!text) return;
  char *found = g_malloc0(size + 5), *spelled = g_malloc0(2 * size + 5);
  char **replaced = NULL;
  int *position = NULL, *cut = NULL;
  // Positions are counted in characters, whatever the alphabet.
  if (size < 100 && find_in(hyphens->dictionary, text, (int)size, found, spelled, &replaced, &position, &cut) == 0) {
    for (int i = 0; i < count && i < (int)size; i++) {
      // A break that changes the spelling is none of ours.
      marks[i] = (found[i] & 1) && !(replaced && replaced[i]);
    }
  }
  if (replaced) {
    for (gsize i = 0; i < size; i++) free(replaced[i]);
    free(replaced);
  }
  free(position);
  free(cut);
  g_free(found);
  g_free(spelled);
  g_free(text);
}
