import { Ticking } from "../../elements/ticking";
import { Loading } from "../../frame/loading";
import { Calm } from "../calm";
import type { ForgeEvent } from "../door";
import { facts } from "../facts-style";
import { Hearing } from "../feed";
import { ForgePage } from "../forge-page";
import { finished, type Job } from "../types";

/** The base of pages that show one job as it goes: progress is drawn at once, the rest asked anew. */
export abstract class OneJobPage<Shown extends { job: Job }> extends ForgePage {
  protected loading = new Loading<Shown>(this, () => this.ask());
  private reload = new Calm(this, () => void this.loading.load());

  static override styles = [ForgePage.styles, facts];

  constructor() {
    super();
    new Hearing(this, (event) => this.heard(event));
    new Ticking(this, () => {
      const job = this.loading.loaded?.job;
      return job?.started_at != null && !finished(job.state);
    });
  }

  protected get jobId(): string {
    return this.rest[0] ?? "";
  }

  protected abstract ask(): Promise<Shown>;

  private heard(event: ForgeEvent | null): void {
    const shown = this.loading.loaded;
    // A place in the queue changes with other jobs.
    const queued = shown?.job.state === "queued" && event?.type !== "job.progress";
    if (event && event.job_id !== this.jobId && !queued) return;
    if (event?.type === "job.progress" && shown) {
      const { step, percent } = event.data as Pick<Job, "step" | "percent">;
      this.loading.loaded = { ...shown, job: { ...shown.job, step, percent } };
      this.requestUpdate();
    } else this.reload.call();
  }
}
