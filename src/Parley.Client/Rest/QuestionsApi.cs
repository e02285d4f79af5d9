using System.Globalization;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Questions to people over REST, without a connection.</summary>
public sealed class QuestionsApi
{
    /// <summary>The longest that the server waits in one call.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly RestConnection _connection;

    internal QuestionsApi(RestConnection connection) => _connection = connection;

    /// <summary>Asks a person, without waiting for the answer. If the connection breaks, this is repeated under the same idempotency key.</summary>
    /// <returns>The question, which is open.</returns>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Question> AskAsync(QuestionRequest request, CancellationToken cancellationToken = default) => _connection.CreateAsync(
        new RestPath($"questions"), request, WireJson.Lenient.QuestionRequest, WireJson.Lenient.Question, cancellationToken);

    /// <summary>Lists questions, newest first, a page at a time.</summary>
    /// <param name="status">Only those with this status.</param>
    /// <param name="agent">Only those of this agent.</param>
    /// <param name="limit">Questions per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Question>> ListAsync(
        string? status = null, string? agent = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"questions").With("status", status).With("agent", agent).With("limit", limit).With("after", after), WireJson.Lenient.PageQuestion, cancellationToken);

    /// <summary>Gets a question.</summary>
    /// <param name="questionId">Its id or its number.</param>
    /// <param name="wait">How long to wait for it to end, up to a minute.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Question> GetAsync(string questionId, TimeSpan wait = default, CancellationToken cancellationToken = default) => _connection.GetAsync(
        new RestPath($"questions/{questionId}").With("wait", wait > TimeSpan.Zero ? wait.TotalSeconds.ToString(CultureInfo.InvariantCulture) : null),
        WireJson.Lenient.Question, cancellationToken, wait + Grace);

    /// <summary>Waits until a question is no longer open, however long that takes. Continues by itself after a restart of the server.</summary>
    /// <param name="questionId">The question.</param>
    /// <param name="cancellationToken">Stops waiting. The question stays open.</param>
    /// <returns>The question as it ended: answered, defaulted, expired, or withdrawn.</returns>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Question> WaitAsync(string questionId, CancellationToken cancellationToken = default) =>
        WaitAsync(() => GetAsync(questionId, LongestWait, cancellationToken), _connection.Time, cancellationToken);

    /// <summary>Answers a question.</summary>
    /// <param name="questionId">The question.</param>
    /// <param name="answer">With options: the value or the label of one, or its number, counted from 1. Otherwise, any text.</param>
    /// <param name="note">A remark for the agent.</param>
    /// <param name="cancellationToken">Stops waiting; an answer already sent is not undone.</param>
    /// <exception cref="ParleyException">It has ended (<see cref="ErrorCodes.Conflict"/>), the answer is none of the options
    /// (<see cref="ErrorCodes.InvalidRequest"/>), or the server refuses.</exception>
    public Task<Question> AnswerAsync(string questionId, string answer, string? note = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"questions/{questionId}/answer"), new QuestionAnswer { Answer = answer, Note = note },
        WireJson.Lenient.QuestionAnswer, WireJson.Lenient.Question, cancellationToken);

    /// <param name="look">Gets the question once it has ended, or after a minute.</param>
    internal static async Task<Question> WaitAsync(Func<Task<Question>> look, TimeProvider time, CancellationToken cancellationToken)
    {
        var backoff = Backoff.Reconnect();
        while (true)
        {
            try
            {
                if (await look() is { Status: not QuestionStatus.Open } ended)
                    return ended;
                backoff.Reset();
            }
            catch (ParleyException unanswered) when (unanswered.Retryable)
            {
                // The question is stored, so a restart of the server does not end the wait.
                await Task.Delay(backoff.Next(), time, cancellationToken);
            }
        }
    }

    /// <summary>Withdraws a question. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">It has been answered or has expired (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Question> WithdrawAsync(string questionId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"questions/{questionId}/withdraw"), WireJson.Lenient.Question, cancellationToken);
}
