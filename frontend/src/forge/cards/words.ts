/** Devices in words. */

import { bytes } from "../../i18n/format";
import { known, t } from "../../i18n/text";
import type { Disk, Partition } from "./card";

/** Return what people know a device by: its model and its size. */
export function deviceName({ model, size, transport }: Disk): string {
  const name = model ?? (transport ? transportWords(transport) : t("forge_cards.no_model"));
  return `${name}, ${size ? bytes(size) : t("forge_cards.no_medium")}`;
}

export function transportWords(transport: string): string {
  const key = `forge_cards.transport.${transport}`;
  return known(key) ? t(key) : transport;
}

/** Say what a partition holds, as far as that is seen. */
export function partitionWords({ name, size, filesystem, label, mounts }: Partition): string {
  const told = [
    label ? t("forge_cards.called", { label }) : "",
    filesystem ?? "",
    bytes(size),
    mounts.length ? t("forge_cards.mounted_at", { places: mounts.join(", ") }) : "",
  ];
  return `${name}: ${told.filter(Boolean).join(", ")}`;
}

/** Say why a device is not written, by the code of the refusal. */
export function refusalWords(code: string): string {
  const key = `forge_cards.refusal.${code.replace(/^.*\./, "")}`;
  return known(key) ? t(key) : code;
}

/** Say what a device without partitions holds; nothing, if nothing is seen. */
export function wholeWords({ filesystem, label }: Pick<Disk, "filesystem" | "label">): string {
  const called = label ? t("forge_cards.called", { label }) : "";
  return [called, filesystem].filter(Boolean).join(", ");
}

/** Say what is lost with a device's content. */
export function lostWords(device: Disk): string[] {
  const { path, partitions } = device;
  const serial = device.serial ?? t("forge_cards.no_serial");
  const held = partitions.length
    ? partitions.map(partitionWords)
    : [wholeWords(device) || t("forge_cards.no_partitions")];
  return [t("forge_cards.it_is", { path, serial }), ...held];
}
