import { Hand } from 'lucide-react';
import { useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { ProjectLink, textLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useThing } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { Ago, Left } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { firstLine, inline } from '../parts/text/parse.ts';
import { Inlines } from '../parts/text/text.tsx';
import { Tile } from '../parts/tile.tsx';
import { answerSoon, partsOf } from '../questions/answering.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Kbd } from '../ui/kbd.tsx';
import { More } from './item.tsx';
import { SectionHead } from './now-page.tsx';

/** The questions that wait for a person; the first is open and can be answered here. */
export function Waiting({ questions }: { questions: readonly Question[] }) {
  const [opened, setOpened] = useState<string>();
  const open = questions.find(({ question_id }) => question_id === opened) ?? questions[0]!;
  const mayAct = useMayAct();
  useKeys(
    mayAct
      ? Object.fromEntries(
          open.options.slice(0, 9).map(({ value, label }, index) => [String(index + 1), () => answerSoon(open, value, label ?? value)]),
        )
      : {},
  );
  return (
    <section aria-label="Waiting for you">
      <SectionHead name="Waiting for you" count={questions.length} />
      <ul className="overflow-hidden rounded-lg border border-person-line">
        {questions.map((question) =>
          question === open ? (
            <Open key={question.question_id} question={question} />
          ) : (
            <Closed key={question.question_id} question={question} onOpen={() => setOpened(question.question_id)} />
          ),
        )}
      </ul>
    </section>
  );
}

function Fallback({ question }: { question: Question }) {
  const fallback = question.options.find(({ value }) => value === question.default)?.label ?? question.default;
  return (
    <>
      {question.deadline && <Left time={question.deadline} />}
      {fallback && (
        <span>
          {question.deadline ? ', then' : 'If nobody answers:'} <strong className="said font-semibold">{firstLine(fallback, 60)}</strong>
        </span>
      )}
    </>
  );
}

function Open({ question }: { question: Question }) {
  const person = usePerson(question.agent_id);
  const mayAct = useMayAct();
  const { asked, more } = partsOf(question);
  return (
    <li className="flex gap-3 bg-person-soft px-3.5 py-3">
      <Hand {...icon} className="mt-0.5 shrink-0 text-person" />
      <div className="min-w-0 flex-1">
        <p className="flex items-start gap-2">
          <Tile person={person} size={18} className="mt-px" />
          <span className="said min-w-0 flex-1 text-base font-medium" dir="auto">
            {person.name} asks: <Inlines parts={inline(asked)} />
          </span>
          <Ago time={question.created_at} className="shrink-0 text-xs text-foreground-2" />
        </p>
        {more && (
          <p className="said mt-1 max-w-[640px] text-foreground-2" dir="auto">
            {firstLine(more, 320)}
          </p>
        )}
        {mayAct && (
          <p className="mt-3 flex flex-wrap gap-2 max-sm:flex-col">
            {question.options.map(({ value, label, detail }, index) => (
              <button
                key={value}
                type="button"
                title={detail ?? undefined}
                onClick={() => answerSoon(question, value, label ?? value)}
                className="inline-flex min-h-8 items-center gap-2 rounded-md border border-person-line bg-card px-2 text-left font-medium hover:bg-muted coarse:min-h-11"
              >
                <Kbd>{index + 1}</Kbd>
                <span className="said" dir="auto">
                  {firstLine(label ?? value, 80)}
                </span>
              </button>
            ))}
            <ProjectLink
              to={`questions/${question.question_id}`}
              className="inline-flex min-h-8 items-center rounded-md px-3 font-medium text-foreground-2 hover:bg-card coarse:min-h-11"
            >
              Write an answer
            </ProjectLink>
          </p>
        )}
        <p className="mt-2.5 flex flex-wrap gap-x-5 text-xs text-foreground-2">
          <span>
            <Fallback question={question} />
          </span>
          {question.thread_id && (
            <ProjectLink to={`threads/${question.thread_id}`} className={textLink}>
              Read the thread
            </ProjectLink>
          )}
        </p>
      </div>
    </li>
  );
}

function Closed({ question, onOpen }: { question: Question; onOpen: () => void }) {
  const { attention } = useLive();
  const item = useThing(attention, `question:${question.question_id}`);
  const person = usePerson(question.agent_id);
  const mayAct = useMayAct();
  return (
    <li className="flex flex-wrap gap-x-3 gap-y-2 border-t bg-card px-3.5 py-3 first:border-t-0">
      <Hand {...icon} className="mt-0.5 shrink-0 text-person" />
      <div className="min-w-0 flex-1">
        <p className="said flex items-start gap-2 font-medium" dir="auto">
          <Tile person={person} size={18} className="mt-px" />
          <span className="min-w-0">
            {person.name} asks: <Inlines parts={inline(partsOf(question).asked)} />
          </span>
        </p>
        <p className="mt-0.5 text-xs text-foreground-2">
          <Fallback question={question} />
        </p>
      </div>
      <Ago time={question.created_at} className="mt-1 text-xs text-foreground-2" />
      {mayAct && (
        <Button look="person" onClick={onOpen}>
          Answer
        </Button>
      )}
      {item && <More item={item} />}
    </li>
  );
}
