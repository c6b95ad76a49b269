import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Happening } from "../../api/types";
import { base, page } from "../../elements/styles";
import { dateTime, span, time } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import type { Floor } from "./store";

/** What happened since the page was opened, the latest first. */
@customElement("atelier-happenings")
export class Happenings extends LitElement {
  @property({ attribute: false }) floor!: Floor;

  static override styles = [
    base,
    page,
    css`
      ol {
        max-height: 70vh;
        margin: 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
        overflow-wrap: anywhere;
      }
      li {
        display: flex;
        gap: 12px;
        padding: 6px 0;
        border-top: 1px solid var(--divider-color);
      }
      time {
        flex: none;
        color: var(--secondary-text-color);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  protected override render() {
    const { happenings } = this.floor;
    return html`
      <section class="card" aria-labelledby="heading">
        <h2 id="heading">${t("machines.happenings")}</h2>
        ${
          happenings.length
            ? html`<ol role="log">
                ${happenings.map(
                  (happening) => html`<li>
                    <time datetime=${happening.at} title=${dateTime(happening.at)}>
                      ${time(happening.at)}
                    </time>
                    <span>${this.told(happening)}</span>
                  </li>`,
                )}
              </ol>`
            : html`<p class="muted">${t("machines.nothing_yet")}</p>`
        }
      </section>
    `;
  }

  private told(happening: Happening): string {
    const machine =
      this.floor.machines.get(happening.machine_id)?.name ??
      t("machines.number", { id: happening.machine_id });
    const who = happening.member_name ?? t("machines.somebody");
    const lasted = span(happening.duration_s ?? 0);
    const words = [t(`machines.happened.${happening.kind}`, { machine, who, lasted })];
    const reason = happening.kind === "unknown_card" ? null : happening.reason;
    for (const why of [reason, happening.ending]) {
      if (why && known(`common.why.${why}`)) words.push(t(`common.why.${why}`));
    }
    if (happening.replay) words.push(t("machines.replayed"));
    return words.join(" · ");
  }
}
