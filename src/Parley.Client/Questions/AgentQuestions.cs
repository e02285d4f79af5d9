using Parley.Protocol;

namespace Parley.Client;

/// <summary>Questions to people.</summary>
public sealed partial class ParleyAgent
{
    /// <summary>Asks the operators, and waits for the answer. Until then, this agent's activity is <c>blocked_on_human</c>.</summary>
    /// <param name="content">The question.</param>
    /// <param name="options">The possible answers; any text if omitted.</param>
    /// <param name="within">How long somebody can answer; any time if omitted.</param>
    /// <param name="defaultAnswer">The answer if nobody gives one in that time.</param>
    /// <param name="cancellationToken">Stops waiting. The question stays open; see <see cref="WithdrawQuestionAsync"/>.</param>
    /// <returns>The question as it ended. <see cref="Question.Answer"/> is null if it expired or was withdrawn.</returns>
    /// <exception cref="ParleyException">The server refuses it, or does not answer.</exception>
    public Task<Question> AskAsync(
        string content, IReadOnlyList<string>? options = null, TimeSpan? within = null, string? defaultAnswer = null, CancellationToken cancellationToken = default) => AskAsync(
            new QuestionRequest
            {
                Content = content,
                Options = options is null ? null : [.. options.Select(option => new QuestionOption { Value = option })],
                Deadline = within is { } time ? _options.TimeProvider.GetUtcNow() + time : null,
                Default = defaultAnswer,
            },
            cancellationToken);

    /// <summary>Asks a person with all options, and waits for the answer. Once the question is stored, neither a broken connection nor a restart of the
    /// server ends the wait. The answer is also in this agent's mailbox, as a message of type <c>answer</c>.</summary>
    /// <inheritdoc cref="AskAsync(string, IReadOnlyList{string}?, TimeSpan?, string?, CancellationToken)"/>
    public async Task<Question> AskAsync(QuestionRequest request, CancellationToken cancellationToken = default)
    {
        var asked = await BeginAskAsync(request, cancellationToken);
        return await QuestionsApi.WaitAsync(
            async () =>
            {
                // Opened anew each time: after a restart, the server may have another address.
                await using var api = _connector.OpenApi();
                return await api.Questions.GetAsync(asked.QuestionId, QuestionsApi.LongestWait, cancellationToken);
            },
            _options.TimeProvider, cancellationToken);
    }

    /// <summary>Asks a person, and does not wait: the answer comes as a message of type <c>answer</c>, with the question's id in its payload.</summary>
    /// <returns>The question, which is open.</returns>
    /// <exception cref="ParleyException">The server refuses it, or does not answer.</exception>
    public async Task<Question> BeginAskAsync(QuestionRequest request, CancellationToken cancellationToken = default)
    {
        await using var api = _connector.OpenApi();
        return await api.Questions.AskAsync(request, cancellationToken);
    }

    /// <summary>Answers a question that names this agent in its <c>escalation</c>.</summary>
    /// <param name="questionId">The question.</param>
    /// <param name="answer">With options: the value or the label of one, or its number, counted from 1. Otherwise, any text.</param>
    /// <param name="note">A remark for the agent that asked.</param>
    /// <param name="cancellationToken">Stops waiting; an answer already sent is not undone.</param>
    /// <exception cref="ParleyException">It has ended (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Question> AnswerQuestionAsync(string questionId, string answer, string? note = null, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<QuestionAnswer, Question>(
            FrameEvents.QuestionAnswer, new QuestionAnswer { QuestionId = questionId, Answer = answer, Note = note }, WireJson.Lenient.QuestionAnswer, WireJson.Lenient.Question)
        { Repeatable = false },
        cancellationToken);

    /// <summary>Withdraws a question that this agent asked. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">It has been answered or has expired (<see cref="ErrorCodes.Conflict"/>), or the server refuses.</exception>
    public Task<Question> WithdrawQuestionAsync(string questionId, CancellationToken cancellationToken = default) => CallAsync(
        new Inquiry<QuestionWithdrawal, Question>(
            FrameEvents.QuestionWithdraw, new QuestionWithdrawal { QuestionId = questionId }, WireJson.Lenient.QuestionWithdrawal, WireJson.Lenient.Question),
        cancellationToken);
}
