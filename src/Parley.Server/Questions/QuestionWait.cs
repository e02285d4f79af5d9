using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Questions;

/// <summary>Calls that wait for the end of a question.</summary>
internal sealed class QuestionWait(OpenQuestions open, AgentDirectory agents, Stopping stopping, TimeProvider clock)
{
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Completes when the question has ended, when the time is over, or when the server stops. An agent that waits is online.</summary>
    internal async ValueTask UntilEndAsync(ProjectState project, Caller caller, EntityRow question, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var waits = caller.AgentId is { } id && project.Agents.Find(id) is { } agent ? await agents.WaitsAsync(project, agent, cancellationToken) : null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, project.Gone.Token, caller.Ended);
        try
        {
            await open.EndOf(question).WaitAsync(wait, clock, ending.Token);
        }
        catch (Exception ended) when (ended is TimeoutException || (ended is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It is still open, and that is the answer.
        }
    }
}
