// SchedulingTests: first files to come.
