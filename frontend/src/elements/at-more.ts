import { LitElement } from "lit";
import { customElement } from "lit/decorators.js";

/** Stands at the end of what is drawn of a long list; tells `at-more` when somebody gets near it. */
@customElement("at-more")
export class AtMore extends LitElement {
  private observer = new IntersectionObserver(
    ([entry]) => {
      if (entry?.isIntersecting) this.dispatchEvent(new CustomEvent("at-more"));
    },
    { rootMargin: "800px" },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }
}

declare global {
  interface HTMLElementEventMap {
    "at-more": CustomEvent;
  }
}
