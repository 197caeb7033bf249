// The images of a conversation, each with what was asked about it, and the conversation with words in their places; pure.
import { type ImagePart, type Message, type Part, textOf } from "../../../shared/chat.ts";
import type { ImagePurpose } from "../../../shared/image.ts";
import type { TaskType } from "../../../shared/route.ts";
import { truncate } from "../context.ts";
import { descriptionId, sha256 } from "./store.ts";

/** One image where it stands; the same image with another question is another picture. */
export interface Picture {
  /** As the model is told of it, from 1, in the order of the conversation. */
  readonly number: number;
  readonly image: ImagePart;
  readonly hash: string;
  readonly id: string;
  readonly purpose: ImagePurpose;
  readonly question: string;
}

/** A question may be a page of code; what is asked of the image stands at its ends. */
const MOST_QUESTION_CHARACTERS = 2000;

/** `task`: who asks for text recognition wants the text, whatever the words are. */
export function picturesIn(messages: readonly Message[], task?: TaskType): Picture[] {
  const pictures: Picture[] = [];
  let question = "";
  for (const message of messages) {
    const text = textOf(message).trim();
    if (message.role === "user" && text !== "") question = truncate(text, MOST_QUESTION_CHARACTERS);
    for (const image of message.parts.flatMap(imagesOf)) pictures.push(pictureOf(image, question, task, pictures.length + 1));
  }
  return pictures;
}

function pictureOf(image: ImagePart, question: string, task: TaskType | undefined, number: number): Picture {
  const hash = hashOf(image);
  const purpose = task === "pdf_ocr" ? "text" : purposeOf(question);
  return { number, image, hash, purpose, question, id: descriptionId({ hash, purpose, question }) };
}

/** Of an address that nobody has fetched there is only the address. */
export function hashOf({ data, url }: ImagePart): string {
  return sha256(data === undefined ? (url ?? "") : Buffer.from(data, "base64"));
}

function imagesOf(part: Part): ImagePart[] {
  if (part.type === "image") return part.mediaType === "application/pdf" ? [] : [part];
  return part.type === "toolResult" ? part.parts.flatMap(imagesOf) : [];
}

/** The same conversation with each image's words instead of it; `words` is asked in the order of `picturesIn`. */
export function withoutPictures(messages: readonly Message[], words: (number: number) => string): Message[] {
  let number = 0;
  const worded = (part: ImagePart) => {
    if (part.mediaType === "application/pdf") return part;
    number += 1;
    return { type: "text" as const, text: words(number) };
  };
  return messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) => {
      if (part.type === "image") return worded(part);
      if (part.type !== "toolResult") return part;
      return { ...part, parts: part.parts.map((inner) => (inner.type === "image" ? worded(inner) : inner)) };
    }),
  }));
}

/** The first that a question speaks of; in English and German. */
const PURPOSES: readonly (readonly [ImagePurpose, RegExp])[] = [
  ["altText", /\balt(ernative)?[ -]?text|Alternativtext/i],
  ["chart", /\b(charts?|graphs?|plots?|diagrams?|flow ?charts?|axis|axes|histogram|UML|Diagramme?|Achsen?|Kurven?)\b/i],
  [
    "ui",
    /\b(UI|user interface|screen ?shots?|screens?|dialogs?|buttons?|layout|mock-?ups?|wireframes?|Oberfläche|Bildschirm\w*|Schaltfläche\w*)\b/i,
  ],
  [
    "text",
    /\b(transcribe|transcription|OCR|read (the|this|out)|what does (it|this) say|stack ?trace|error message|receipt|invoice|abschreiben|Fehlermeldung|Rechnung)\b/i,
  ],
];

export function purposeOf(question: string): ImagePurpose {
  return PURPOSES.find(([, words]) => words.test(question))?.[0] ?? "describe";
}
