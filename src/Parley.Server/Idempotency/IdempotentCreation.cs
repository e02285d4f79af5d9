using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Idempotency;

/// <summary>Stores the answer to each creation with its key, and returns it when the request is repeated.</summary>
internal sealed partial class IdempotentCreation(ProjectDirectory projects, CreationKeys keys, ILogger<IdempotentCreation> logger) : IOncePerKey
{
    private const int LongestKey = 255;

    public async ValueTask<Answer> RunAsync(HttpContext http, long fingerprint, Func<ValueTask<Answer>> create, bool isSecret)
    {
        if (http.Request.Headers[IOncePerKey.Header] is not [{ Length: > 0 and <= LongestKey } text])
            return Problems.InvalidField(IOncePerKey.Header, $"must be given once and have 1 to {LongestKey} characters");
        if (projects.Find(Scope.Of(http).ProjectId) is not { } project)
            return Problems.NotFound("project", Scope.Of(http).ProjectId);

        var key = new CreationKey(project.Number, NameOf(Caller.Of(http), project), text);
        using var turn = await keys.EnterAsync(key, http.RequestAborted);
        // The creation and its answer are two commits. A key that is reserved before the first reveals a crash between them, and another node that is
        // creating at the same time.
        KeptAnswer? before;
        while ((before = await keys.FindAsync(key, http.RequestAborted)) is null)
        {
            if (await keys.ReserveAsync(key, fingerprint))
                return await CreateAsync(create, key, fingerprint, isSecret);
        }

        return Again(before, fingerprint, text);
    }

    private async ValueTask<Answer> CreateAsync(Func<ValueTask<Answer>> create, CreationKey key, long fingerprint, bool isSecret)
    {
        var answer = await TryAsync(create, key);
        if (answer.Problem is not null)
        {
            // A refused request created nothing, so its key is free, and the same request may succeed later.
            await keys.FreeAsync(key);
            return answer;
        }

        if (answer is not JsonAnswer created)
            throw new InvalidOperationException("What creates answers with a noun, or with nothing.");
        try
        {
            await keys.KeepAsync(key, new KeptAnswer(fingerprint, CreationAnswer.Of(created).ToBytes(withBody: !isSecret)));
        }
        catch (StorageUnavailableException fault)
        {
            // It was created, and the caller gets the answer. Only a caller that does not get it would need the key.
            Log.NotKept(logger, fault);
        }

        return answer;
    }

    private async ValueTask<Answer> TryAsync(Func<ValueTask<Answer>> create, CreationKey key)
    {
        try
        {
            return await create();
        }
        catch (StorageUnavailableException)
        {
            // Nothing was stored, and the caller is told to retry with the same key. After any other fault, the outcome is unknown.
            await keys.FreeAsync(key);
            throw;
        }
    }

    private static Answer Again(KeptAnswer before, long fingerprint, string key)
    {
        if (before.Answer is null || before.Fingerprint != fingerprint)
            return Problems.IdempotencyConflict(key);
        if (CreationAnswer.IsPending(before.Answer))
            return Problems.Conflict("An earlier request with this key is still in progress or was interrupted, so the item may exist. Check; if it does not, send the request again with a new key.");
        return CreationAnswer.Read(before.Answer)?.ToAnswer()
            ?? Problems.Conflict("A secret was created with this key, and secrets are shown only once. If it was lost, revoke it, and create another with a new key.");
    }

    // The same name as for a send, so that a key is the same over every transport.
    private static string NameOf(Caller caller, ProjectState project) =>
        caller.Kind == TokenKind.Agent && project.Agents.Find(caller.AgentId!) is { } agent ? $"a{agent.Number}" : $"t{caller.TokenId}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Something was created, but the answer could not be stored with its idempotency key; a retry with the same key will be refused.")]
        internal static partial void NotKept(ILogger logger, Exception fault);
    }
}
