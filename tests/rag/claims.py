"""Short texts, what they say in other words, and what they do not say."""

from __future__ import annotations

TEXTS = {
    "bridge": (
        "The city council of Ostrava voted on Tuesday to close the Hradek Bridge for 14 months from"
        " 3 March 2026. Mayor Jana Kralova said the repair would cost €18.5 million, about a third"
        " more than was planned. “We found cracks in 30 of the 48 cables,” said Petr Vlk, the"
        " engineer who led the inspection. He did not rule out a longer closure. Shop owners on the"
        " east bank, led by Tereza Simek, oppose the plan and may go to court. Trams will be sent"
        " over the Miners' Bridge instead, which was built in 1961."
    ),
    "talks": (
        "Volodymyr Zelensky met Emmanuel Macron in Paris on 12 June. The French president promised"
        " Ukraine six more Caesar guns and accused Russia of playing for time. The Kremlin rejected"
        " the accusation. Its spokesman, Dmitry Peskov, told reporters that Moscow was ready to"
        " resume negotiations without preconditions, but that Kyiv had refused three offers since"
        " April. The United States, which had backed a ceasefire of 30 days, has not yet commented."
        " Diplomats in Brussels said a meeting in Geneva could take place before the end of July."
    ),
    "firm": (
        "Halden Foods, Norway's second-largest bakery, will cut 1,200 jobs after its profit fell by"
        " 40 percent to 2.1 billion kroner last year. Chief executive Ingrid Moe blamed the price"
        " of wheat, which rose sharply after the harvest failed. “Nobody at the plant in Moss will"
        " be dismissed before Christmas,” she said. The union Fellesforbundet, which represents"
        " 8,000 of the company's workers, called the decision a betrayal. Its leader, Olav Dahl,"
        " demanded that the owners give up their dividend. Halden was founded in 1898 by the"
        " brothers Arne and Nils Berg; the Swedish group Kornbolaget bought it in 2011."
    ),
    "flood": (
        "At least 23 people were killed when the river Neris burst its banks near Vilnius on Sunday"
        " night. More than 5,000 residents were moved to schools and sports halls. Prime Minister"
        " Rasa Petraite, who cut short a visit to Japan, said the army had been asked to help."
        " Forecasters had warned the government of heavy rain two days earlier, but the warning was"
        " not passed on. The opposition accused Petraite of ignoring it; she denied that she had"
        " ever seen it. Insurers estimate the damage at $350 million. The water is expected to fall"
        " by Thursday."
    ),
    "court": (
        "A court in The Hague sentenced the shipowner Willem de Boer to six years in prison on"
        " Friday for smuggling. Judge Anneke Visser said that De Boer had lied to investigators and"
        " had shown no remorse. Prosecutors had asked for nine years. His lawyer, Karim Haddad,"
        " said he would appeal. De Boer sued the newspaper De Golf in 2023 over articles about his"
        " company, and lost. Two of his former captains testified against him. A third, Jonas Lind,"
        " was acquitted because the evidence was too weak."
    ),
    "science": (
        "Researchers at the University of Tartu have found that honeybees exposed to the pesticide"
        " flumetrin live 12 percent shorter than other bees. The study, published in March in the"
        " journal Apidology, followed 60 hives for two years. “The effect is small, but it adds"
        " up,” said Liis Kask, the lead author. The manufacturer, Agrosil, disputes the findings"
        " and says that the doses were higher than any used on farms. Estonia banned the substance"
        " in 2022; Latvia still allows it. Kask plans to repeat the experiment with bumblebees,"
        " which are thought to be more sensitive than honeybees."
    ),
}

# Text, claim.
TRUE = (
    ("bridge", "Ostrava's council decided to close the Hradek Bridge for 14 months."),
    ("bridge", "The Hradek Bridge will be closed from March 3, 2026."),
    ("bridge", "The bridge closes in March 2026 for fourteen months."),
    ("bridge", "According to Kralova, the repairs will cost 18.5 million euros."),
    ("bridge", "The engineer Petr Vlk said that cracks had been found in 30 of 48 cables."),
    ("bridge", "Vlk, who led the inspection, did not exclude a longer closure."),
    ("bridge", "Shop owners led by Tereza Simek are against the plan."),
    ("bridge", "Tereza Simek and other shopkeepers may take the matter to court."),
    ("bridge", "Trams will use the Miners' Bridge, built in 1961, during the closure."),
    ("bridge", "The inspection was led by Petr Vlk."),
    ("bridge", "The repair costs nearly €19 million, roughly a third more than planned."),
    ("talks", "Macron received the Ukrainian president Volodymyr Zelenskyy in Paris on June 12."),
    ("talks", "Macron pledged six additional Caesar guns to Kyiv."),
    ("talks", "Russia was accused by the French president of playing for time."),
    ("talks", "The accusation was rejected by Moscow."),
    ("talks", "Peskov said Russia is ready to resume talks without preconditions."),
    ("talks", "Ukraine has turned down three offers since April, Peskov told reporters."),
    ("talks", "Washington has not commented so far."),
    ("talks", "The US had supported a 30-day ceasefire but has yet to comment."),
    ("talks", "A meeting in Geneva could be held before the end of July, diplomats said."),
    ("talks", "The Kremlin denied that Russia was playing for time."),
    ("firm", "Halden Foods is to cut 1200 jobs."),
    ("firm", "Halden Foods plans 1,200 job cuts after its profit dropped by 40% last year."),
    ("firm", "The company's profit fell 40 per cent, to 2.1bn kroner."),
    ("firm", "Moe said the price of wheat was to blame."),
    ("firm", "Wheat prices climbed sharply after a failed harvest."),
    ("firm", "No one at the Moss plant will be dismissed before Christmas, Ingrid Moe said."),
    (
        "firm",
        "Fellesforbundet, a union representing 8,000 workers, called the decision a betrayal.",
    ),
    ("firm", "Olav Dahl demanded that the owners forgo their dividend."),
    ("firm", "Kornbolaget of Sweden has owned Halden since 2011, when it bought the company."),
    ("firm", "The company was founded in 1898 by two brothers, Arne and Nils Berg."),
    ("flood", "Twenty-three people or more died when the Neris flooded near Vilnius."),
    ("flood", "At least 23 people were killed by the flood and over 5,000 were evacuated."),
    ("flood", "Petraite broke off a visit to Japan."),
    ("flood", "The prime minister said that the army had been asked for help."),
    ("flood", "Heavy rain had been forecast two days before, but nobody passed the warning on."),
    ("flood", "Petraite was accused by the opposition of ignoring the warning, which she denied."),
    ("flood", "Insurers put the damage at 350 million dollars."),
    ("flood", "The damage is estimated at about $350 million."),
    ("flood", "Petraite says that she never saw the warning."),
    ("court", "De Boer was sentenced to six years in prison for smuggling."),
    ("court", "Shipowner Willem de Boer got a six-year prison sentence on Friday."),
    ("court", "The prosecution had demanded nine years."),
    ("court", "Karim Haddad, his lawyer, announced an appeal."),
    ("court", "The judge said De Boer had shown no remorse and lied to investigators."),
    ("court", "De Boer lost a lawsuit against De Golf that he filed in 2023."),
    ("court", "Two former captains gave evidence against De Boer."),
    ("court", "Captain Jonas Lind was acquitted for lack of strong evidence."),
    ("court", "The newspaper De Golf was sued by De Boer in 2023."),
    ("science", "Bees exposed to flumetrin live 12% shorter than others, a study found."),
    ("science", "The Tartu study followed sixty hives over two years."),
    ("science", "The effect is small but adds up, according to lead author Liis Kask."),
    ("science", "Agrosil, which makes the pesticide, disputes the findings."),
    ("science", "Flumetrin was banned by Estonia in 2022 but is still allowed in Latvia."),
    ("science", "Kask intends to repeat the experiment with bumblebees."),
    ("science", "The study appeared in the journal Apidology in March."),
    ("science", "Bumblebees are thought to be more sensitive."),
    ("science", "The manufacturer says the doses exceeded those used on farms."),
)

# Text, claim, what the reason says where a number, a date or a name differs.
CHANGED = (
    ("bridge", "The Hradek Bridge will be closed for 16 months.", "“14 months|“14"),
    ("bridge", "The repair will cost €18.5 billion.", "18.5 million"),
    ("bridge", "The repair would cost 28.5 million euros.", "18.5"),
    ("bridge", "Cracks were found in 48 of the 50 cables.", "50"),
    ("bridge", "The bridge closes on 3 May 2026.", "March"),
    ("bridge", "The council voted on Thursday to close the bridge.", "Tuesday"),
    ("bridge", "The Miners' Bridge was built in 1967.", "1961"),
    ("bridge", "Petr Vlk said the repair would cost €18.5 million.", "Kralova"),
    ("bridge", "The engineer who led the inspection, Karel Novak, found cracks.", "Novak"),
    ("bridge", "Vlk ruled out a longer closure.", "deny|opposite"),
    ("bridge", "Shop owners on the east bank support the plan.", "opposite"),
    ("bridge", "Shop owners on the west bank oppose the plan.", "opposite|west"),
    ("bridge", "The council voted not to close the Hradek Bridge.", "deny|opposite"),
    ("bridge", "The repair would cost less than was planned.", "opposite"),
    ("bridge", "The bridge will be demolished and replaced by a ferry.", "do not speak"),
    ("bridge", "The council fired its traffic director on Tuesday.", "do not speak"),
    ("talks", "Zelensky met Olaf Scholz in Paris on 12 June.", "Scholz"),
    ("talks", "Zelensky met Macron in Geneva on 12 June.", "Paris"),
    ("talks", "Zelensky met Macron in Paris on 12 July.", "June"),
    ("talks", "Macron promised Ukraine sixteen more Caesar guns.", "six"),
    ("talks", "Russia accused the French president of playing for time.", "reverse"),
    ("talks", "The Kremlin accepted the accusation.", "opposite"),
    ("talks", "Peskov said Moscow was not ready to resume negotiations.", "den"),
    ("talks", "Macron said that Moscow was ready to resume negotiations.", "Peskov"),
    ("talks", "Kyiv had accepted three offers since April.", "opposite"),
    ("talks", "The United States has commented on the proposal.", "deny"),
    ("talks", "The United States opposed a ceasefire of 30 days.", "opposite"),
    ("talks", "Moscow refused three offers from Kyiv since April.", "reverse|Kyiv"),
    ("talks", "A meeting in Geneva will take place before the end of July.", "could"),
    ("talks", "A meeting in Geneva could take place after the end of July.", "opposite"),
    (
        "talks",
        "Macron promised Ukraine six Caesar guns, which will be paid for by German taxpayers.",
        "do not speak|German",
    ),
    ("firm", "Halden Foods will cut 2,200 jobs.", "1,200"),
    ("firm", "The company's profit rose by 40 percent last year.", "opposite"),
    ("firm", "Its profit fell to 2.1 million kroner.", "2.1 billion"),
    ("firm", "Olav Dahl blamed the price of wheat.", "Moe"),
    ("firm", "Workers at the plant in Moss will be dismissed before Christmas.", "deny"),
    ("firm", "Fellesforbundet called the decision a success.", "do not speak|success"),
    ("firm", "The owners demanded that Olav Dahl give up his dividend.", "reverse"),
    ("firm", "Halden bought the Swedish group Kornbolaget in 2011.", "reverse"),
    ("firm", "Kornbolaget bought Halden in 2014.", "2011"),
    ("firm", "Halden was founded in 1898 by the brothers Arne and Nils Dahl.", "Dahl|Berg"),
    ("firm", "Halden Foods is Norway's largest bakery.", "second|do not speak"),
    ("firm", "The price of wheat fell sharply after the harvest failed.", "opposite"),
    ("flood", "At least 32 people were killed when the river burst its banks.", "23"),
    ("flood", "At least 23 people were killed near Kaunas.", "Kaunas"),
    ("flood", "The river burst its banks on Saturday night.", "Sunday"),
    ("flood", "Petraite cut short a visit to China.", "China"),
    ("flood", "The warning was passed on two days earlier.", "deny"),
    ("flood", "Petraite accused the opposition of ignoring the warning.", "reverse"),
    ("flood", "Petraite admitted that she had seen the warning.", "opposite|deny"),
    ("flood", "Insurers estimate the damage at €350 million.", r"\$350"),
    ("flood", "The water is expected to rise by Thursday.", "opposite"),
    ("flood", "The government had warned forecasters of heavy rain.", "reverse"),
    ("flood", "More than 5,000 residents refused to leave their homes.", "do not speak|deny"),
    ("court", "De Boer was sentenced to nine years in prison.", "six"),
    ("court", "A court in The Hague sentenced Karim Haddad to six years in prison.", "De Boer"),
    ("court", "The judge said that De Boer had shown remorse.", "deny"),
    ("court", "The newspaper De Golf sued De Boer in 2023.", "reverse"),
    ("court", "De Boer won his case against the newspaper.", "opposite"),
    ("court", "His lawyer said he would not appeal.", "den"),
    ("court", "Karim Haddad said that De Boer had lied to investigators.", "Visser"),
    ("court", "Jonas Lind was convicted because the evidence was strong.", "opposite"),
    ("court", "Three of his former captains testified against him.", "Two"),
    ("court", "De Boer was acquitted on Friday.", "Lind|do not|acquitted|opposite"),
    (
        "science",
        "Honeybees exposed to flumetrin live 12 percent longer than other bees.",
        "opposite",
    ),
    ("science", "The study followed 60 hives for five years.", "two"),
    ("science", "The study followed 16 hives for two years.", "60"),
    ("science", "Latvia banned the substance in 2022.", "Estonia"),
    ("science", "Estonia still allows the substance.", "Latvia|deny|opposite"),
    ("science", "The doses were lower than any used on farms, Agrosil says.", "opposite"),
    ("science", "Agrosil accepts the findings.", "do not speak|opposite"),
    ("science", "Agrosil said that the effect is small but adds up.", "Kask"),
    ("science", "Kask has repeated the experiment with bumblebees.", "plans"),
    ("science", "The study was published in the journal Nature.", "Nature"),
    ("science", "Exposed bees also produced far more honey and bred new queens.", "do not speak"),
)
