import type { Job } from "#shared/api.ts";

/** The list with a job as it is now: in its place, or as the newest. */
export function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const known = jobs.some(({ id }) => id === job.id);
  return known ? jobs.map((each) => (each.id === job.id ? job : each)) : [job, ...jobs];
}
