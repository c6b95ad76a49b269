import { html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { t } from "../i18n/text";
import "./at-button";
import "./at-dialog";

interface Question {
  heading: string;
  text: string;
  action: string;
  danger?: boolean;
}

/** Ask before something is done: `if (await confirmed(this, {heading, text, action}))`. */
export function confirmed(asker: LitElement, question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = new AtConfirm();
    dialog.question = question;
    dialog.answer = (yes) => {
      dialog.remove();
      resolve(yes);
    };
    asker.renderRoot.append(dialog);
  });
}

@customElement("at-confirm")
export class AtConfirm extends LitElement {
  @property({ attribute: false }) question!: Question;
  @property({ attribute: false }) answer!: (yes: boolean) => void;

  protected override render() {
    const { heading, text, action, danger } = this.question;
    return html`
      <at-dialog heading=${heading} @at-close=${() => this.answer(false)}>
        ${text}
        <at-button slot="actions" kind="quiet" @click=${() => this.answer(false)}>
          ${t("common.cancel")}
        </at-button>
        <at-button
          slot="actions"
          kind=${danger ? "danger" : "primary"}
          autofocus
          @click=${() => this.answer(true)}
        >
          ${action}
        </at-button>
      </at-dialog>
    `;
  }
}
