using Parley.Protocol;
using static Parley.Cli.Demo.DemoSquad;

namespace Parley.Cli.Demo;

/// <summary><c>parley demo stream</c>: eleven messages at human speed, from stand-up to completion.</summary>
internal static class StreamScript
{
    public static DemoScript Script { get; } = new()
    {
        Title = "Password reset, end to end",
        Result = "Password reset is live behind the flag `reset_v2`; 14 tests, all green.",
        TypedOut = true,
        Lines = [.. Planning(), .. Work(), .. Review()],
    };

    private static IEnumerable<DemoLine> Planning() =>
    [
        new()
        {
            Pause = Seconds(1), From = Priya, To = Three.Address, Type = "standup", Thread = "standup", Progress = 5, Phase = "planning",
            Log = "Stand-up started.",
            Text = "Morning, squad. People forget passwords faster than we ship ways to reset them. Let's close that gap today.",
        },
        new()
        {
            Pause = Seconds(2), From = Priya, To = Bram.AgentId, Type = "task_assignment", Thread = "backend", Priority = Priority.High,
            Intent = Intent.Request, Progress = 12,
            Text = "Bram: POST /password-resets and PUT /password-resets/{token}. A token works once, for 20 minutes, and only its hash is stored.",
        },
        new()
        {
            Pause = Seconds(1.5), From = Priya, To = Fen.AgentId, Type = "task_assignment", Thread = "frontend", Priority = Priority.High,
            Intent = Intent.Request, Progress = 20,
            Text = "Fen: the two screens, \"send me a link\" and \"choose a new password\". The first one must never tell who has an account.",
        },
        new()
        {
            Pause = Seconds(2), From = Bram, To = Priya.AgentId, Type = "acknowledgment", Thread = "backend", Intent = Intent.Ack, Replies = true,
            Progress = 25, Phase = "implementation", Log = "Backend and frontend under way.",
            Text = "Got it. 32 random bytes, SHA-256 at rest, deleted on use. I will sleep well.",
        },
    ];

    private static IEnumerable<DemoLine> Work() =>
    [
        new()
        {
            Pause = Seconds(3), From = Fen, To = Bram.AgentId, Type = "question", Thread = "contract", Intent = Intent.Request, Progress = 35,
            Text = "If the link has expired, can I learn that before somebody has typed a new password twice? I would rather not make people cry.",
        },
        new()
        {
            Pause = Seconds(2.5), From = Bram, To = Fen.AgentId, Type = "answer", Thread = "contract", Replies = true, Progress = 45,
            Text = "Yes: GET /password-resets/{token} answers 204 while it is good and 410 when it is gone. It spends nothing, so call it on load.",
        },
        new()
        {
            Pause = Seconds(3.5), From = Bram, To = Three.Address, Type = "status_update", Thread = "backend", Progress = 60, Phase = "testing",
            Log = "Endpoints done: 14 tests, all green.",
            Text = "Both endpoints are up, 14 tests green. The fifteenth checked that I can be trusted with a mail server. It is skipped.",
        },
    ];

    private static IEnumerable<DemoLine> Review() =>
    [
        new()
        {
            Pause = Seconds(2), From = Fen, To = Bram.AgentId, Type = "code_review_request", Thread = "review", Intent = Intent.Request,
            Progress = 70, Phase = "review",
            Text = "Screens are done, wired to your endpoints. Could you look at how I handle 410 and 429 in useReset.ts? 60 lines, no surprises.",
        },
        new()
        {
            Pause = Seconds(3.5), From = Bram, To = Fen.AgentId, Type = "code_review_feedback", Thread = "review", Replies = true, Progress = 82,
            Text = "Lovely. One thing: the token stays in the address bar, so it lands in the referrer. Replace the history entry and it is perfect.",
        },
        new()
        {
            Pause = Seconds(2.5), From = Fen, To = Bram.AgentId, Type = "status_update", Thread = "review", Replies = true, Progress = 92, Phase = "release",
            Log = "Review finding fixed.",
            Text = "Good catch. history.replaceState on load, Referrer-Policy: no-referrer, and a test that would have caught me.",
        },
        new()
        {
            Pause = Seconds(2), From = Priya, To = Three.Address, Type = "completion_notification", Thread = "standup", Progress = 98,
            Log = "Released behind the flag reset_v2.",
            Text = "Shipped behind the flag reset_v2. Reviewed, tested, nobody cried. Thank you both; the coffee is on the project manager.",
        },
    ];

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
