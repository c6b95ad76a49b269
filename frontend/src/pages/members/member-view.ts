import { mdiAccountCancel, mdiAccountCheck, mdiDelete, mdiPencil } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/api";
import type { Facts, Member, Removed } from "../../api/types";
import "../../elements/at-button";
import "../../elements/at-chip";
import { confirmed } from "../../elements/at-confirm";
import "../../elements/at-menu";
import "../../elements/at-note";
import { attempt, removedToast, toast } from "../../elements/at-toasts";
import { back } from "../../elements/back";
import { base, page } from "../../elements/styles";
import { goTo } from "../../frame/route";
import { failureText } from "../../i18n/failures";
import { t } from "../../i18n/text";
import "./member-dialog";
import "./member-permissions";
import "./member-trainings";
import "./member-uses";
import type { About } from "./about";

/** One member: who they are, what they may do, and what they did. */
@customElement("atelier-member-view")
export class MemberView extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) facts!: Facts;
  @property({ attribute: false }) number = 0;
  @property({ attribute: false }) admin = false;
  @state() private about: About | undefined;
  @state() private failed: unknown;
  @state() private editing = false;

  static override styles = [
    base,
    page,
    css`
      dl {
        display: grid;
        grid-template-columns: minmax(90px, auto) 1fr;
        gap: 8px 16px;
        margin: 0;
      }
      dt {
        color: var(--secondary-text-color);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .bar {
        align-items: center;
      }
    `,
  ];

  protected override willUpdate(changes: PropertyValues): void {
    if (!changes.has("number")) return;
    this.about = undefined;
    void this.load();
  }

  protected override render() {
    if (this.failed !== undefined) {
      return html`${this.back()}
        <at-note kind="error" @at-retry=${() => this.load()}>${failureText(this.failed)}</at-note>`;
    }
    const about = this.about;
    if (!about) return html`<at-note kind="loading"></at-note>`;
    const { member, role } = about;
    return html`
      <div class="bar">
        ${this.back()}
        <h1 class="grow">
          ${about.name}
          ${
            member.disabled
              ? html`<at-chip tone="bad">${t("members.is_disabled")}</at-chip>`
              : nothing
          }
        </h1>
        <at-button
          .icon=${mdiPencil}
          @click=${() => {
            this.editing = true;
          }}
        >
          ${t("common.edit")}
        </at-button>
        <at-menu label=${t("common.more")} .items=${this.more(member)}></at-menu>
      </div>
      <div class="stack">
        <section class="card">
          <dl>
            ${fact("role", role)} ${fact("cards", cards(member))} ${fact("email", member.email)}
            ${fact("user_id", this.user(member))}
            ${fact("weekly_summary", member.weekly_summary ? t("common.yes") : "")}
          </dl>
        </section>
        <atelier-member-permissions
          .api=${this.api}
          .facts=${this.facts}
          .about=${about}
          @at-saved=${() => this.load()}
        ></atelier-member-permissions>
        <atelier-member-trainings
          .api=${this.api}
          .facts=${this.facts}
          .about=${about}
          @at-saved=${() => this.load()}
        ></atelier-member-trainings>
        <atelier-member-uses .api=${this.api} .number=${this.number}></atelier-member-uses>
      </div>
      ${
        this.editing
          ? html`<atelier-member-dialog
              .api=${this.api}
              .facts=${this.facts}
              .admin=${this.admin}
              .member=${{ ...member, role }}
              @at-saved=${() => this.load()}
              @at-close=${() => {
                this.editing = false;
              }}
            ></atelier-member-dialog>`
          : nothing
      }
    `;
  }

  private back() {
    return back(t("members.all"), () => goTo("members"));
  }

  private user({ user_id }: Member): string {
    if (!user_id) return "";
    return this.facts.users?.find(({ id }) => id === user_id)?.name ?? t("members.linked");
  }

  private more(member: Member) {
    const { disabled } = member;
    return [
      {
        label: t(disabled ? "members.enable" : "members.disable"),
        icon: disabled ? mdiAccountCheck : mdiAccountCancel,
        run: () => this.disable(member),
      },
      {
        label: t("common.remove"),
        icon: mdiDelete,
        danger: true,
        run: () => this.drop(member),
      },
    ];
  }

  private async disable({ id, disabled }: Member): Promise<void> {
    await attempt(async () => {
      await this.api.act("disable_member", { member_id: id, disabled: !disabled });
      toast(t("common.saved"));
    });
    await this.load();
  }

  private async drop({ id }: Member): Promise<void> {
    const who = this.about?.name ?? "";
    const sure = await confirmed(this, {
      heading: t("members.remove_heading", { who }),
      text: t("members.remove_text"),
      action: t("common.remove"),
      danger: true,
    });
    if (!sure) return;
    const removed = await attempt(() => this.api.act<Removed>("remove_member", { member_id: id }));
    if (!removed) return;
    goTo("members");
    removedToast(this.api, t("members.removed", { who }), removed, () => goTo("members", id));
  }

  private async load(): Promise<void> {
    try {
      this.about = await this.api.act<About>("resolve_member", { member_id: this.number });
      this.failed = undefined;
    } catch (error) {
      this.failed = error;
    }
  }
}

function fact(name: string, value: unknown) {
  return value ? html`<dt>${t(`members.${name}`)}</dt><dd>${value}</dd>` : nothing;
}

function cards({ cards }: Member) {
  return cards.length ? cards.map((card) => html`<code>${card}</code> `) : t("members.no_card");
}
