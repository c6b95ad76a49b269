import { mdiDeleteOutline, mdiRefresh } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { forgeFailure } from "../../api/errors";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import { attempt } from "../../elements/at-toasts";
import { base, page } from "../../elements/styles";
import { failureText } from "../../i18n/failures";
import { ago, bytes, dateTime, number } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import { askKey } from "../ask-key";
import type { ForgeDoor } from "../door";
import { facts } from "../facts-style";
import type { Job } from "../types";
import { type Builder, nameOf, pathOf } from "./builder";
import { builderHead } from "./builder-head";

const STATES = { ready: "good", pending: "info", broken: "bad" } as const;

const SIGNATURES: Record<string, "good" | "warning" | "plain"> = {
  verified: "good",
  unknown_key: "warning",
  unsigned: "warning",
  unchecked: "plain",
};

/** An Image Builder: what is known of it, fetched again or deleted; `at-changed` tells of either. */
@customElement("forge-builder-card")
export class BuilderCard extends LitElement {
  @property({ attribute: false }) door!: ForgeDoor;
  @property({ attribute: false }) builder!: Builder;
  /** Why it cannot be fetched again now. */
  @property({ attribute: false }) hindrance = "";

  static override styles = [
    base,
    page,
    facts,
    builderHead,
    css`
      .card {
        height: 100%;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .bad {
        margin: 12px 0 0;
      }
    `,
  ];

  protected override render() {
    const one = this.builder;
    const told: [string, unknown][] = [
      ["size", one.size === null ? "–" : bytes(one.size)],
      ["revision", one.revision ?? "–"],
      ["builds", number(one.builds)],
      ["used", when(one.used_at)],
      ["checked", when(one.checked_at)],
    ];
    return html`<section class="card">
      <div class="head">
        <h2>${nameOf(one)}</h2>
        <at-menu
          label=${t("forge_builders.more", { name: nameOf(one) })}
          .items=${[
            {
              label: t("forge_builders.again"),
              icon: mdiRefresh,
              disabled: this.hindrance !== "",
              run: () => this.again(),
            },
            {
              label: t("common.delete"),
              icon: mdiDeleteOutline,
              danger: true,
              run: () => this.drop(),
            },
          ]}
        ></at-menu>
      </div>
      <div class="chips">${this.chips(one)}</div>
      <dl>
        ${told.map(([name, value]) => html`<div><dt>${t(`forge_builders.${name}`)}</dt><dd>${value}</dd></div>`)}
        ${
          one.sha256
            ? html`<div><dt>SHA-256</dt><dd><code title=${one.sha256}>${one.sha256.slice(0, 16)}…</code></dd></div>`
            : nothing
        }
      </dl>
      ${one.problem ? html`<p class="bad">${failureText(forgeFailure(one.problem))}</p>` : nothing}
    </section>`;
  }

  private chips({ state, here, signature }: Builder) {
    return html`
      <at-chip tone=${STATES[state]}>${t(`forge_builders.states.${state}`)}</at-chip>
      ${state === "ready" && !here ? html`<at-chip>${t("forge_builders.elsewhere")}</at-chip>` : nothing}
      ${
        signature
          ? html`<at-chip tone=${SIGNATURES[signature] ?? "plain"}>
              ${known(`forge_builders.signature.${signature}`) ? t(`forge_builders.signature.${signature}`) : signature}
            </at-chip>`
          : nothing
      }
    `;
  }

  private async again(): Promise<void> {
    const { release, target, subtarget } = this.builder;
    await attempt(() =>
      this.door.request<Job>("POST", "/builders/ensure", {
        body: { release, target, subtarget, force: true },
        idempotencyKey: askKey(),
      }),
    );
    this.tell();
  }

  private async drop(): Promise<void> {
    const one = this.builder;
    const sure = await confirmed(this, {
      heading: t("forge_builders.delete_heading", { name: nameOf(one) }),
      text: one.builds
        ? t("forge_builders.delete_needed", { n: one.builds })
        : t("forge_builders.delete_text"),
      action: t("common.delete"),
      danger: true,
    });
    if (!sure) return;
    const query = one.builds ? { force: true } : {};
    await attempt(() => this.door.request<Job>("DELETE", pathOf(one), { query }));
    this.tell();
  }

  private tell(): void {
    this.dispatchEvent(new CustomEvent("at-changed"));
  }
}

function when(moment: string | null) {
  return moment ? html`<span title=${dateTime(moment)}>${ago(moment)}</span>` : "–";
}
