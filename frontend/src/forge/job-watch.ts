import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Calm } from "./calm";
import type { ForgeDoor, ForgeEvent, Unsubscribe } from "./door";
import type { Feed } from "./feed";
import { finished, type Job } from "./types";

/** Follows one job to its end, for as long as an element is shown. */
export class JobWatch implements ReactiveController {
  job?: Job;
  private ends?: Unsubscribe;
  private look: Calm;

  constructor(
    private host: ReactiveControllerHost & { door: ForgeDoor; feed: Feed },
    private ended: (job: Job) => void = () => undefined,
  ) {
    this.look = new Calm(host, () => void this.ask());
    host.addController(this);
  }

  /** Follow a job from now on, and no other. */
  follow(job: Job): void {
    this.job = job;
    this.host.requestUpdate();
    this.look.call();
  }

  /** Follow none; the job goes on. */
  leave(): void {
    this.job = undefined;
    this.host.requestUpdate();
  }

  hostConnected(): void {
    this.ends = this.host.feed.listen((event) => this.heard(event));
    if (this.job) this.look.call();
  }

  hostDisconnected(): void {
    this.ends?.();
  }

  private heard(event: ForgeEvent | null): void {
    const { job } = this;
    if (!job || finished(job.state) || (event && event.job_id !== job.id)) return;
    if (event?.type === "job.progress") {
      this.job = { ...job, ...(event.data as Pick<Job, "step" | "percent">) };
      this.host.requestUpdate();
    } else this.look.call();
  }

  private async ask(): Promise<void> {
    const { job } = this;
    if (!job || finished(job.state)) return;
    try {
      const now = await this.host.door.request<Job>("GET", `/jobs/${job.id}`);
      if (this.job?.id !== job.id) return;
      this.job = now;
      this.host.requestUpdate();
      if (finished(now.state)) this.ended(now);
    } catch {
      // The line above the pages says that the Forge is away; its return is an event.
    }
  }
}
