using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;

namespace Parley.Cli.Commands;

/// <summary><c>parley dashboard</c></summary>
internal static class DashboardCommand
{
    public static Command Create()
    {
        var open = new Option<bool>("--open") { Description = "Open the link in this machine's browser." };
        return new CliCommand(
            "dashboard", "Prints a link that signs a browser in to the dashboard. It works once, within 10 minutes, with the rights of the token that is used.",
            "parley dashboard",
            "parley dashboard --open",
            "parley dashboard --url https://parley.example.com --token $(cat olga.token)")
        {
            open,
        }.Does(async call =>
        {
            var ticket = await call.Api.SignInTicketAsync(call.Cancellation);
            var link = new Uri(call.Location.Url, $"sign-in#{ticket.Value}");
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(new SignInLink(link.AbsoluteUri, ticket.ExpiresAt), OutputJson.Lines.SignInLink);
            }
            else
            {
                call.Terminal.WriteLine(link.AbsoluteUri);
                call.Terminal.Note("It works once, within 10 minutes.");
            }

            if (call.Arguments.GetValue(open))
                Browser.Open(link);
            return ExitCode.Done;
        });
    }
}
