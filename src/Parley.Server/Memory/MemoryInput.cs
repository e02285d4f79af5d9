using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Validates requests that set memory entries.</summary>
internal static class MemoryInput
{
    /// <summary>In an access list: all agents in the project.</summary>
    internal const string Everybody = "*";

    internal const int LongestKey = 512, LargestValue = 256 * 1024;

    private const int MostWithAccess = 100;

    private const double LongestLife = 315_360_000;

    internal static ApiProblem? Check(string? key, long? version = null) => CheckVersion(CheckKey(new Validation(), key), version).Problem;

    internal static ApiProblem? Check(string? key, MemoryRequest request, long? version)
    {
        var validation = CheckVersion(CheckKey(new Validation(), key), version)
            .Check(request.Value.ValueKind != JsonValueKind.Undefined, "value", "is missing")
            .Range("ttl_seconds", request.TtlSeconds, 1, LongestLife);
        CheckWho(validation, "access_control.read", request.AccessControl?.Read);
        CheckWho(validation, "access_control.write", request.AccessControl?.Write);
        return validation.Problem ?? (IsTooLarge(request.Value) ? Problems.TooLarge("The value", LargestValue) : null);
    }

    internal static ApiProblem? Check(string? key, MemoryPatch patch, long? version)
    {
        var isPatch = patch.Patch.ValueKind != JsonValueKind.Undefined;
        var isAdd = patch.Add.ValueKind != JsonValueKind.Undefined;
        return CheckVersion(CheckKey(new Validation(), key), version)
            .Check(isPatch != isAdd, "patch", "is required, or 'add', but not both")
            .Check(!isAdd || MemoryValues.IsNumber(patch.Add), "add", "must be a number")
            .Problem;
    }

    /// <summary>Counts the bytes as stored, without the whitespace of the request.</summary>
    internal static int BytesOf(JsonElement value) => JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Lenient.JsonElement).Length;

    internal static bool IsTooLarge(JsonElement value) => BytesOf(value) > LargestValue;

    private static Validation CheckKey(Validation validation, string? key) => validation
        .Required("key", key)
        .Check(key is not "", "key", "is empty")
        .Check(key is null || !key.Any(char.IsControl), "key", "contains a control character")
        // Invalid UTF-8 is decoded to U+FFFD, so no query could name such a key again.
        .Check(key is null || !key.Contains('\uFFFD', StringComparison.Ordinal), "key", "is not valid UTF-8: it contains U+FFFD")
        .Length("key", key, LongestKey);

    private static Validation CheckVersion(Validation validation, long? version) =>
        validation.Check(version is null or >= 0, "if_version", "must be a version, or 0 if there must be no entry");

    private static void CheckWho(Validation validation, string field, IReadOnlyList<string>? who)
    {
        validation.Check(who is null or { Count: <= MostWithAccess }, field, $"has more than {MostWithAccess} items");
        for (var i = 0; validation.IsGood && i < who?.Count; i++)
            validation.Check(IsWho(who[i]), $"{field}[{i}]", "must be an agent's id, role:ROLE, squad:SQUAD, or *");
    }

    private static bool IsWho(string who)
    {
        if (who == Everybody)
            return true;
        if (who.StartsWith("role:", StringComparison.Ordinal))
            return who.Length > "role:".Length && who.Length <= 200 && !who.Any(char.IsControl);
        return who.StartsWith("squad:", StringComparison.Ordinal) ? WireNames.IsProjectId(who["squad:".Length..]) : WireNames.IsAgentId(who);
    }
}
