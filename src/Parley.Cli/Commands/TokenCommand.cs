using System.CommandLine;
using System.Globalization;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley token create|list|revoke</c></summary>
internal static class TokenCommand
{
    public static Command Create() => new CliCommand("token", "Creates, lists, and revokes the tokens that clients authenticate with.")
    {
        CreateToken(), ListTokens(), RevokeToken(),
    };

    private static CliCommand CreateToken()
    {
        var kind = new Option<string>("--kind") { Description = "The kind of token.", Required = true };
        kind.OneOf(Words.All<TokenKind>());
        var agent = new Option<string?>("--agent")
        {
            Description = "The agent that it is for; with the kinds agent and operator.",
            HelpName = "ID",
        };
        var expires = new Option<TimeSpan?>("--expires-in")
        {
            Description = "How long it is valid, such as 90m, 12h, or 30d; default: forever.",
            HelpName = "TIME",
            CustomParser = result => Duration(result),
        };

        return new CliCommand("create", "Creates a token and prints it. It cannot be shown again, because only its hash is stored.",
            "parley token create --kind observer --expires-in 30d",
            "parley token create --kind agent --agent be-1 --project alpha",
            "export PARLEY_TOKEN=$(parley token create --kind operator --agent ada)")
        {
            kind, agent, expires,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var opens = Words.Parse<TokenKind>(arguments.GetRequiredValue(kind));
            var request = new TokenRequest
            {
                Kind = opens,
                // An admin's token can access all projects. The environment's project is the one the user works in, and is not meant for the token.
                ProjectId = opens is TokenKind.Admin ? arguments.GetValue(GlobalOptions.Project) : call.Project,
                AgentId = arguments.GetValue(agent),
                ExpiresAt = call.Time.GetUtcNow() + arguments.GetValue(expires),
            };
            var token = await call.Api.Tokens.CreateAsync(request, call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(token, WireJson.Lenient.NewToken);
                return ExitCode.Done;
            }

            call.Terminal.WriteLine(token.Token);
            call.Terminal.Note($"Keep it: it is not shown again. 'parley token revoke {token.TokenId}' ends it.");
            return ExitCode.Done;
        });
    }

    private static CliCommand ListTokens() =>
        new CliCommand("list", "Lists the tokens, without their secrets.", "parley token list", "parley token list --json").Does(async call =>
        {
            var page = await call.Api.Tokens.ListAsync(limit: 500, after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageTokenInfo);
            else
            {
                Listing.Write(
                    call.Terminal, ["token", "kind", "project", "agent", "made", "used", "expires"],
                    page.Items.Select(token => Row(token, call.Time)));
            }

            return ExitCode.Done;
        });

    private static CliCommand RevokeToken()
    {
        var ids = new Argument<string[]>("token_id")
        {
            Description = "Tokens to revoke, by their ids from 'parley token list'.",
            Arity = ArgumentArity.OneOrMore,
        };
        return new CliCommand("revoke", "Revokes tokens at once and closes the connections opened with them.",
            "parley token revoke 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")
        {
            ids,
        }.Does(async call =>
        {
            foreach (var id in call.Arguments.GetRequiredValue(ids))
                await call.Api.Tokens.RevokeAsync(id, call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static IReadOnlyList<string> Row(TokenInfo token, TimeProvider time) =>
    [
        PlainText.Escape(token.TokenId),
        Words.Of(token.Kind),
        PlainText.Escape(token.ProjectId ?? "all"),
        PlainText.Escape(token.AgentId ?? "-"),
        Listing.Ago(token.CreatedAt, time),
        Listing.Ago(token.LastUsedAt, time),
        token.ExpiresAt is { } end ? $"{end.ToLocalTime():yyyy-MM-dd HH:mm}" : "never",
    ];

    private static TimeSpan? Duration(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        var unit = text.Length > 1 ? text[^1] : ' ';
        var digits = text.AsSpan(0, Math.Max(0, text.Length - 1));
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number is <= 0 or > 36_500
            || unit is not ('s' or 'm' or 'h' or 'd'))
        {
            result.AddError($"--expires-in '{text}' is not a duration: give a number and s, m, h, or d, such as 90m, 12h, or 30d.");
            return null;
        }

        return unit switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }
}
