import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { queries, signIn } from '../live/session.ts';
import { Logo } from '../parts/logo.tsx';
import { Command } from '../ui/empty.tsx';
import { detailOf } from '../ui/problem.tsx';

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex h-full items-center justify-center overflow-y-auto p-4">
      <div className="w-full max-w-sm rounded-xl border bg-card p-6">
        <span className="mb-4 inline-flex size-8 items-center justify-center rounded-md bg-primary text-primary-foreground">
          <Logo size={20} />
        </span>
        <h1 className="mb-2 text-base font-semibold" tabIndex={-1}>
          {title}
        </h1>
        <div className="text-foreground-2">{children}</div>
      </div>
    </main>
  );
}

/** How to get a link that signs in. */
export function SignInCard({ title, why }: { title: string; why?: string }) {
  return (
    <Card title={title}>
      {why && (
        <p role="alert" className="mb-2 text-bad">
          {why}
        </p>
      )}
      <p>Run this on the server’s machine and open the link that it prints. The link works once, for 10 minutes.</p>
      <Command>parley dashboard</Command>
    </Card>
  );
}

/** Signs in with the ticket after the # of the address, which never reaches the server’s log. */
export function SignIn() {
  const navigate = useNavigate();
  const [ticket] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [refusal, setRefusal] = useState<string>();

  useEffect(() => {
    if (!ticket) return;
    // It is used up by this; nobody should find it in the browser's history.
    history.replaceState(history.state, '', '/sign-in');
    signIn(ticket)
      .then(async () => {
        await queries.invalidateQueries({ queryKey: ['me'] });
        await navigate({ to: '/', replace: true });
      })
      .catch((error: unknown) => setRefusal(detailOf(error)));
  }, [ticket, navigate]);

  useEffect(() => {
    document.title = 'Sign in, Parley';
  }, []);
  if (!ticket) return <SignInCard title="Sign in to Parley" />;
  if (refusal !== undefined) return <SignInCard title="This link does not work" why={refusal} />;
  return (
    <Card title="Signing in">
      <p role="status">One moment.</p>
    </Card>
  );
}
