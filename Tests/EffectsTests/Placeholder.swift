// EffectsTests: first files to come.
