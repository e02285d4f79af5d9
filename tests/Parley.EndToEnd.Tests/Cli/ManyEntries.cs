using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>An export of one project with a long log, made line by line: a server would take minutes to get there.</summary>
internal static class ManyEntries
{
    internal static void Write(string file, int entries)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var data = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var to = new FileStream(file, FileMode.Create);

        void Line(string line, bool isData)
        {
            var bytes = Encoding.UTF8.GetBytes($"{line}\n");
            to.Write(bytes);
            all.AppendData(bytes);
            if (isData)
                data.AppendData(bytes);
        }

        Line($$"""{"kind":"export","format":"parley-export","version":3,"export_id":"{{Guid.NewGuid()}}","made_at":1,"parley":"0","source":"a test","in_use":false,"stamp":"s"}""", isData: false);
        Line("""{"kind":"numbers","projects":1,"agents":0}""", isData: true);
        Line(string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"project\",\"number\":1,\"project_id\":\"default\",\"name\":\"Default\",\"created_at\":1,\"settings\":{{}},\"epoch\":1,\"last_seq\":{entries},\"last_stamp\":9,\"sent\":0,\"delivered\":0,\"acknowledged\":0,\"dead\":0,\"expired\":0}}"), isData: true);
        for (var seq = 1; seq <= entries; seq++)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"entry\",\"project\":1,\"seq\":{seq},\"entry_kind\":\"event\",\"stamp\":9,\"sender\":0,\"audience\":\"project\",\"type\":\"tick\",\"entry\":{{\"n\":{seq}}}}}"), isData: true);
        }

        var (ofData, ofAll) = (Convert.ToHexStringLower(data.GetCurrentHash()), Convert.ToHexStringLower(all.GetCurrentHash()));
        Line(string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"end\",\"counts\":{{\"entry\":{entries},\"numbers\":1,\"project\":1}},\"data_sha256\":\"{ofData}\",\"sha256\":\"{ofAll}\"}}"), isData: false);
    }
}
