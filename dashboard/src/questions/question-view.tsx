import clsx from 'clsx';
import { ArrowRight, CornerDownLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useKeys } from '../app/keys.ts';
import { ProjectLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { useCell, useThing } from '../live/store.ts';
import type { Question } from '../live/types.ts';
import { Ago, At, Left } from '../parts/ago.tsx';
import { usePerson } from '../parts/people.ts';
import { roleName } from '../parts/roles.ts';
import { Said } from '../parts/text/text.tsx';
import { Inlines } from '../parts/text/text.tsx';
import { inline } from '../parts/text/parse.ts';
import { Tile } from '../parts/tile.tsx';
import { clockSeconds } from '../parts/times.ts';
import { Entry } from '../threads/entry.tsx';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { answerSoon, partsOf, usePendingAnswer } from './answering.ts';
import { useTell } from './telling.ts';
import { Dial, Outcome } from './questions-page.tsx';

/** The question, large, with its options and a place for one's own words. */
export function QuestionView({ question }: { question: Question }) {
  const { agents } = useLive();
  const agent = useThing(agents, question.agent_id);
  const person = usePerson(question.agent_id);
  const { asked, more } = partsOf(question);
  const isOpen = question.status === 'open';
  return (
    <div className="mx-auto max-w-[640px] px-4 py-6 lg:px-6">
      <div className="flex items-center gap-3">
        <Tile person={person} size={28} />
        <div className="min-w-0 flex-1">
          <p className="said truncate">
            <span className="font-medium">{person.name}</span>{' '}
            <span className="text-foreground-2">
              {roleName(agent?.role) ? `${roleName(agent?.role)}, ` : ''}
              {isOpen ? 'asks you' : 'asked'}
            </span>
          </p>
          <p className="text-xs text-foreground-2">
            {clockSeconds(Date.parse(question.created_at))}, <Ago time={question.created_at} isSentence />
          </p>
        </div>
        {isOpen && question.deadline && (
          <>
            <p className="text-right text-xs">
              <Left time={question.deadline} className="block font-medium text-person" />
              <span className="text-foreground-2">
                until <At time={question.deadline} />
              </span>
            </p>
            <Dial question={question} size={26} />
          </>
        )}
      </div>
      <h2 className="said mt-4 text-xl font-medium" dir="auto">
        <Inlines parts={inline(asked)} />
      </h2>
      {more && <Said text={more} className="mt-2 text-base text-foreground-2" />}
      {isOpen && question.note && <Said text={question.note} className="mt-3 border-l-2 border-border-strong pl-3 text-foreground-2" />}
      {isOpen ? <Options question={question} /> : <Ended question={question} />}
      <Before question={question} />
    </div>
  );
}

function Ended({ question }: { question: Question }) {
  return (
    <div className="mt-4 rounded-lg border px-4 py-3">
      <p className="flex flex-wrap items-center gap-1.5">
        <Outcome question={question} />
        {question.answered_at && (
          <span className="text-foreground-2">
            · <At time={question.answered_at} />
          </span>
        )}
      </p>
      {question.note && <Said text={question.note} className="mt-2 text-foreground-2" />}
    </div>
  );
}

function Options({ question }: { question: Question }) {
  const mayAct = useMayAct();
  const { line } = useLive();
  const isLive = useCell(line).status === 'live';
  const pending = usePendingAnswer();
  const [words, setWords] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const { options } = question;
  const isFree = options.length === 0;
  const choose = (index: number) => {
    const option = options[index];
    if (option && mayAct && isLive) answerSoon(question, option.value, option.label ?? option.value, words.trim());
  };
  useKeys(
    mayAct
      ? {
          ...Object.fromEntries(options.slice(0, 9).map((_, index) => [String(index + 1), () => choose(index)])),
          r: () => field.current?.focus(),
        }
      : {},
  );
  const name = usePerson(question.agent_id).name;
  const { tell, isTelling, refusal } = useTell(question);
  // One of the options is the answer; one's own words alone are something said to who asked, and the question stays open.
  const ownWords = () => {
    const text = words.trim();
    if (!text) return;
    if (isFree) answerSoon(question, text, text.length > 40 ? `${text.slice(0, 40)}…` : text);
    else void tell(text).then((isSent) => isSent && setWords(''));
  };
  return (
    <div className="mt-4 space-y-2">
      {options.map(({ value, label, detail }, index) => {
        const isDefault = value === question.default;
        const isChosen = pending?.question.question_id === question.question_id && pending.answer === value;
        return (
          <button
            key={value}
            type="button"
            disabled={!mayAct || !isLive}
            aria-keyshortcuts={String(index + 1)}
            onClick={() => choose(index)}
            className={clsx(
              'flex w-full items-center gap-3 rounded-lg border px-3 py-2.5 text-left transition-colors duration-120 hover:bg-muted disabled:hover:bg-transparent coarse:min-h-11',
              isChosen
                ? 'border-accent bg-accent-soft'
                : isDefault
                  ? 'border-person-solid ring-1 ring-person-line'
                  : 'border-border-strong',
            )}
          >
            {mayAct && (
              <span
                aria-hidden="true"
                className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm border text-xs coarse:hidden"
              >
                {index + 1}
              </span>
            )}
            <span className="min-w-0 flex-1">
              <span className="said font-medium" dir="auto">
                <Inlines parts={inline(label ?? value)} />
              </span>
              {isDefault && <span className="ml-2 rounded-sm bg-person-soft px-1.5 py-0.5 text-2xs text-person">if nobody answers</span>}
              {detail && (
                <span className="said block text-xs text-foreground-2" dir="auto">
                  <Inlines parts={inline(detail)} />
                </span>
              )}
            </span>
            {mayAct && <ArrowRight {...icon} className="shrink-0 text-foreground-2" />}
          </button>
        );
      })}
      {mayAct && (
        <form
          className="rounded-lg border border-control bg-card focus-within:border-accent"
          onSubmit={(event) => {
            event.preventDefault();
            ownWords();
          }}
        >
          <textarea
            ref={field}
            rows={1}
            aria-label={isFree ? 'Your answer' : 'In your own words'}
            placeholder={isFree ? 'Your answer' : 'Or in your own words; added to the answer that you choose'}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ownWords();
              if (event.key === 'Escape') event.currentTarget.blur();
            }}
            className="field-sizing-content block min-h-9 w-full resize-none bg-transparent px-3 pt-2 outline-none"
          />
          <div className="flex items-center gap-3 px-3 pb-2">
            <span className="flex-1 text-xs text-foreground-2">
              {refusal ? (
                <span role="alert" className="text-bad">
                  {refusal}
                </span>
              ) : question.agent_id === null ? (
                'Read with an operator’s authority.'
              ) : (
                `${name} reads it at once, with an operator’s authority${isFree || words.trim() === '' ? '' : '; the question stays open'}.`
              )}
            </span>
            <Button
              type="submit"
              isWaiting={isTelling}
              disabled={!isLive || words.trim() === '' || (!isFree && question.message_id === null)}
            >
              Send
              <CornerDownLeft {...icon} size={14} />
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}

/** What was said in the thread before the question: the last two. */
function Before({ question }: { question: Question }) {
  const { parley, project, receipts } = useLive();
  const { thread_id, message_id, created_at } = question;
  const { data } = useQuery({
    queryKey: ['before', project, thread_id, message_id],
    queryFn: () => parley.rest.get('/messages', { query: { thread: thread_id, until: created_at, limit: 4 } as never }),
    enabled: thread_id !== null,
  });
  const before = [...(data?.items ?? [])]
    .reverse()
    .filter((message) => message.message_id !== message_id)
    .slice(-2);
  useEffect(() => receipts.show(data?.items ?? []), [receipts, data]);
  if (before.length === 0) return null;
  return (
    <section className="mt-8" aria-label="What came before">
      <h3 className="flex items-center border-b pb-1.5 text-xs">
        <span className="flex-1">What came before</span>
        <ProjectLink to={`threads/${thread_id}`} className="font-normal text-foreground-2 hover:underline">
          whole thread
        </ProjectLink>
      </h3>
      <div className="-mx-5">
        {before.map((message) => (
          <Entry key={message.message_id} message={message} />
        ))}
      </div>
    </section>
  );
}
