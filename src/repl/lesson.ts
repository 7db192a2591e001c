/** What the REPL wants to know of a lesson; whoever starts it brings the lessons. */
export interface Lesson {
  chapter: string;
  look?: string;
}

export type Lessons = (step: string) => Lesson;
