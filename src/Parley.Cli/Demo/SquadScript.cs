using Parley.Protocol;
using static Parley.Cli.Demo.DemoSquad;

namespace Parley.Cli.Demo;

/// <summary><c>parley demo squad</c>: seven messages, half a second apart, from stand-up to thanks. The two assignments are tasks, which are
/// completed along the way.</summary>
internal static class SquadScript
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(0.5);

    public static DemoScript Script { get; } = new()
    {
        Title = "Login API and form",
        Result = "Contract agreed: POST /login answers 200 with a 15-minute access token, 401 otherwise.",
        Lines =
        [
            new()
            {
                Pause = Beat, From = Priya, To = Three.Address, Type = "standup", Thread = "standup", Progress = 10, Phase = "planning",
                Text = "Good morning! Today we ship sign-in. One endpoint, one form, zero plain-text passwords. Anything in your way?",
            },
            new()
            {
                Pause = Beat, From = Priya, To = Bram.AgentId, Type = "task_assignment", Thread = "backend", Priority = Priority.High,
                Intent = Intent.Request, Progress = 25, Task = "Build POST /login",
                Text = "Bram, please build POST /login in FastAPI: e-mail and password in, a short-lived access token out. Argon2 for the hashes, please.",
            },
            new()
            {
                Pause = Beat, From = Priya, To = Fen.AgentId, Type = "task_assignment", Thread = "frontend", Priority = Priority.High,
                Intent = Intent.Request, Progress = 40, Phase = "implementation", Task = "Build the sign-in form",
                Text = "Fen, the sign-in form is yours: React, works with a keyboard alone, and says what went wrong without saying which half was wrong.",
            },
            new()
            {
                Pause = Beat, From = Bram, To = Priya.AgentId, Type = "acknowledgment", Thread = "backend", Intent = Intent.Ack, Replies = true,
                Starts = "backend", Progress = 50, Text = "On it. Argon2id, 64 MiB, three passes. My laptop fan sends its regards.",
            },
            new()
            {
                Pause = Beat, From = Fen, To = Bram.AgentId, Type = "question", Thread = "contract", Intent = Intent.Request, Starts = "frontend",
                Progress = 60,
                Text = "Bram, what do I get for a wrong password: 401 with a problem document, or a 200 that breaks my heart in its body?",
            },
            new()
            {
                Pause = Beat, From = Bram, To = Fen.AgentId, Type = "answer", Thread = "contract", Replies = true, Completes = "backend", Progress = 80,
                Phase = "integration",
                Text = "401, application/problem+json, code `invalid_credentials`, the same for an unknown e-mail. After five misses 429 with Retry-After.",
            },
            new()
            {
                Pause = Beat, From = Fen, To = Three.Address, Type = "acknowledgment", Thread = "contract", Intent = Intent.Ack, Replies = true,
                Completes = "frontend", Progress = 95, Phase = "wrap-up",
                Text = "Perfect, thanks! I have everything I need; the form will be polite about all of it.",
            },
        ],
    };
}
