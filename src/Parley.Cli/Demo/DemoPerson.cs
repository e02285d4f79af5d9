using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>The person at the terminal, who may answer a question of the demo.</summary>
internal sealed class DemoPerson(Terminal terminal)
{
    /// <summary>Whether somebody can type an answer, and see what they type.</summary>
    public bool IsThere { get; } = terminal.Live && !Console.IsInputRedirected;

    /// <summary>Waits until the question has ended: by what the person types, by an answer from elsewhere, or by its deadline.</summary>
    public async Task<Question> DecideAsync(ParleyApi api, Question question, CancellationToken cancellation)
    {
        var end = api.Questions.WaitAsync(question.QuestionId, cancellation);
        while (IsThere && !end.IsCompleted)
        {
            // The console cannot stop reading. If the question ends first, whatever is typed later is nobody's.
            var line = Task.Run(Console.In.ReadLine, cancellation);
            if (await Task.WhenAny(end, line) == end || await line is not { } typed)
                break;
            try
            {
                await api.Questions.AnswerAsync(question.QuestionId, typed.Trim() is { Length: > 0 } said ? said : question.Default!, cancellationToken: cancellation);
            }
            catch (ParleyException refused) when (refused.Code is ErrorCodes.InvalidRequest or ErrorCodes.Conflict)
            {
                Failure.Of(refused, cancellation)?.Tell(terminal);
            }
        }

        return await end;
    }
}
