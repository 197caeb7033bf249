// What a screen reader hears of an answer: that it began and how it ended, never its tokens.
import type { AnswerTurn } from "../../shared/panel.ts";
import { usd } from "./figures.ts";
import { t } from "./words.ts";

export function announcementFor(answer: AnswerTurn | null): string {
  if (!answer) return "";
  if (answer.status === "running") return t("Answering");
  if (answer.failure) return t("The answer failed: {0}", answer.failure.message);
  const words = answer.text.split(/\s+/).filter(Boolean).length;
  return t("Answer finished: {0} words from {1}, {2}", words, answer.model ?? "", usd(answer.cost?.nanoUsd ?? null));
}
